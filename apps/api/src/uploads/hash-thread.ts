// A thread that hashes files, so that other requests are not delayed.
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { digestsOf } from './digests.ts'
import type { HashAnswer, HashOrder } from './file-hasher.ts'

const chunk = Buffer.allocUnsafe(256 * 1024)

parentPort?.on('message', ({ id, path }: HashOrder) => parentPort?.postMessage(answerTo(id, path)))

function answerTo(id: number, path: string): HashAnswer {
  try {
    return { id, digests: digestsOf(chunksOf(path)) }
  } catch (error) {
    // Only the text of an error crosses to another thread.
    const { message, code } = error as NodeJS.ErrnoException
    return { id, fault: { message, code } }
  }
}

function* chunksOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) yield chunk.subarray(0, read)
  } finally {
    closeSync(file)
  }
}
