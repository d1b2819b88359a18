// A thread that hashes files, so that nobody else's request waits meanwhile.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Digests, HashAnswer, HashOrder } from './file-hasher.ts'

const chunk = Buffer.allocUnsafe(256 * 1024)

parentPort?.on('message', ({ id, path }: HashOrder) => parentPort?.postMessage(answerTo(id, path)))

function answerTo(id: number, path: string): HashAnswer {
  try {
    return { id, digests: digestsOf(path) }
  } catch (error) {
    // Of an error only its text crosses to another thread.
    const { message, code } = error as NodeJS.ErrnoException
    return { id, fault: { message, code } }
  }
}

function digestsOf(path: string): Digests {
  const sha256 = createHash('sha256')
  const md5 = createHash('md5')
  const file = openSync(path, 'r')
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const bytes = chunk.subarray(0, read)
      sha256.update(bytes)
      md5.update(bytes)
    }
  } finally {
    closeSync(file)
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') }
}
