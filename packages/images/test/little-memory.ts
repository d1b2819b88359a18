import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { judgeDecoding } from '../src/decoding/judge-error.ts'
import { makeVariants } from '../src/make-variants.ts'
import { readHeader } from '../src/read-header.ts'

// The program of a process that may have only so many more MiB than it has. It makes the variants
// of a file, or judges a message of the decoder about it.
const [, , path = '', mib = '', message = ''] = process.argv

const header = await readHeader(path)
// All threads of Node have started after this.
await Promise.all(Array.from({ length: 4 }, () => readFile(path)))
const takenKib = Number(/VmSize:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
execFileSync('prlimit', ['--pid', String(process.pid), `--as=${(takenKib + Number(mib) * 1024) * 1024}`])
const error: unknown = await (message === ''
  ? makeVariants(path).catch((thrown: unknown) => thrown)
  : judgeDecoding(new Error(message), header))
const { code, cause } = error as { code?: string; cause?: Error }
console.log(JSON.stringify({ code, cause: cause?.message }))
process.exit(0)
