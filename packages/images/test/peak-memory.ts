import { readFileSync } from 'node:fs'
import { makeVariants } from '../src/make-variants.ts'

// Makes the variants of a file, and prints the most memory that this process had, in KiB.
const [, , path = ''] = process.argv
await makeVariants(path)
console.log(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
