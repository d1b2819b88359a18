// The program of a child process that downloads one file. It has no secrets and no connections, and
// what arrives is not decoded here.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createOutgoing, outgoingEnv } from '@darkroom/outgoing'
import { DownloadFailure, downloadSource, type Download, type FetchAnswer } from './download-source.ts'

// Its parent writes one line, and closes this when it no longer needs the file, or dies.
const input = createInterface({ input: process.stdin }).once('close', () => process.exit(1))
// Signals to the whole process group are for its parent.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const [line] = (await once(input, 'line')) as [string]
const download = JSON.parse(line) as Download
// Its parent can tell that it has started. This is no part of the answer, which is JSON.
process.stdout.write('\n')
const allowed = outgoingEnv.ALLOW_PRIVATE_ADDRESSES.parse(download.allowed)
const answer = await downloadSource(createOutgoing({ allowed }), download).then(
  (downloaded): FetchAnswer => ({ downloaded }),
  (error: unknown): FetchAnswer => {
    if (error instanceof DownloadFailure) return { reason: error.reason }
    throw error
  },
)
process.stdout.write(JSON.stringify(answer), () => process.exit(0))
