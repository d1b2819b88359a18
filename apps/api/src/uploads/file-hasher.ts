import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Digests } from './digests.ts'

export interface HashOrder {
  id: number
  path: string
}

export type HashAnswer = { id: number } & ({ digests: Digests } | { fault: Fault })

interface Fault {
  message: string
  code?: string | undefined
}

interface Thread {
  worker: Worker
  waiting: Map<number, { resolve: (digests: Digests) => void; reject: (error: Error) => void }>
}

export type FileHasher = ReturnType<typeof createFileHasher>

/** One core is the event loop's. */
const THREADS = Math.max(1, Math.min(4, availableParallelism() - 1))
/**
 * The program beside this file, in the form that this file runs in: the build renames imports, but
 * not URLs.
 */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './hash-thread.ts' : './hash-thread.js', import.meta.url)

/**
 * Hashes files in threads of its own: two digests would be a third of what a large photo costs the
 * event loop. The file was written a moment ago, so reading it costs little. Threads start when
 * they are needed and keep no process alive.
 */
export function createFileHasher() {
  const threads: Thread[] = []
  let orders = 0

  const start = (): Thread => {
    const thread: Thread = { worker: new Worker(PROGRAM, { execArgv: [] }), waiting: new Map() }
    const { worker, waiting } = thread
    worker.unref()
    worker.on('message', (answer: HashAnswer) => {
      const asked = waiting.get(answer.id)
      waiting.delete(answer.id)
      if ('fault' in answer) asked?.reject(toSystemError(answer.fault))
      else asked?.resolve(answer.digests)
    })
    const end = (message: string): void => {
      const at = threads.indexOf(thread)
      if (at >= 0) threads.splice(at, 1)
      for (const asked of waiting.values()) asked.reject(toSystemError({ message }))
      waiting.clear()
    }
    worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)))
    worker.on('exit', () => end('the hashing thread has ended'))
    threads.push(thread)
    return thread
  }
  /** The one with the least to do; a new one before any has two things to do. */
  const choose = (): Thread => {
    const [first] = threads.toSorted((a, b) => a.waiting.size - b.waiting.size)
    return first && (first.waiting.size === 0 || threads.length >= THREADS) ? first : start()
  }

  return {
    hash: (path: string): Promise<Digests> =>
      new Promise((resolve, reject) => {
        const { worker, waiting } = choose()
        const order: HashOrder = { id: ++orders, path }
        waiting.set(order.id, { resolve, reject })
        worker.postMessage(order)
      }),

    close: async (): Promise<void> => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}

/** A fault of the machine's, not of the request: it is told from one by its `syscall`. */
const toSystemError = ({ message, code }: Fault): Error =>
  Object.assign(new Error(`A file could not be hashed: ${message}`), {
    syscall: 'hash',
    ...(code !== undefined && { code }),
  })
