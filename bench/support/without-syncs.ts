// Loaded into a process before its own program: disables fsync. This measures the cost of the disk
// by leaving it out.
import { open } from 'node:fs/promises'

const file = await open(new URL(import.meta.url))
const fileHandle = Object.getPrototypeOf(file) as typeof file
fileHandle.sync = async () => {}
fileHandle.datasync = async () => {}
await file.close()
