import { openToRead, withFile } from './durable.ts'
import type { FileSystem, OpenFile } from './file-system.ts'
import { systemCode } from './storage-error.ts'

const CHUNK_BYTES = 64 * 1024

/** Whether there is a regular file at `path` with exactly the bytes of the file at `otherPath`. */
export async function hasSameContent(fs: FileSystem, path: string, otherPath: string): Promise<boolean> {
  try {
    return await withFile(openToRead(fs, path), (file) =>
      withFile(openToRead(fs, otherPath), (other) => compare(file, other)),
    )
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}

async function compare(file: OpenFile, other: OpenFile): Promise<boolean> {
  const [facts, otherFacts] = await Promise.all([file.stat(), other.stat()])
  if (!facts.isFile() || facts.size !== otherFacts.size) return false
  const [chunk, otherChunk] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)]
  for (let at = 0; at < facts.size; at += CHUNK_BYTES) {
    const [read, otherRead] = await Promise.all([readChunk(file, chunk, at), readChunk(other, otherChunk, at)])
    if (read.length === 0 || !read.equals(otherRead)) return false
  }
  return true
}

async function readChunk(file: OpenFile, into: Buffer, position: number): Promise<Buffer> {
  let filled = 0
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return into.subarray(0, filled)
}
