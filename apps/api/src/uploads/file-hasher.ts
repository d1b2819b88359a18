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

/** One core is left to the event loop. */
const THREADS = Math.max(1, Math.min(4, availableParallelism() - 1))
/**
 * The program next to this file, with the same extension: the build renames imports, but not URLs.
 */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './hash-thread.ts' : './hash-thread.js', import.meta.url)

/**
 * Hashes files in its own threads: two digests would take a third of the event loop's time for a
 * large photo. The file was written a moment ago, so reading it is cheap. Threads are started on
 * demand and do not keep the process alive.
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
  /** The least busy thread; a new one is started before any has two tasks. */
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

/** An error of the machine, not of the request: it is recognised by its `syscall`. */
const toSystemError = ({ message, code }: Fault): Error =>
  Object.assign(new Error(`A file could not be hashed: ${message}`), {
    syscall: 'hash',
    ...(code !== undefined && { code }),
  })
