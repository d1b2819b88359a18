import type { ImageJob } from '@darkroom/contracts'
import type { ProcessedImage } from './child-protocol.ts'
import { ImageChild, type ImageChildOptions } from './image-child.ts'
import { runOnChild, type RunLimits, type RunWatch } from './run-on-child.ts'

export interface ChildPoolOptions extends ImageChildOptions {
  /** Children to start beforehand. */
  size: number
  limits: RunLimits
}

export type ChildPool = ReturnType<typeof createChildPool>

/**
 * Child processes that do one job each. A job that crashes, hangs or swells takes down its own child only; the next
 * job gets a fresh one. There are never more than jobs run at a time, and `size` of them from the start.
 */
export function createChildPool(options: ChildPoolOptions) {
  const alive = new Set<ImageChild>()
  const idle: ImageChild[] = []
  let busy = 0

  const startChild = (): ImageChild => {
    const child = new ImageChild(options)
    alive.add(child)
    void child.ended.then((how) => {
      alive.delete(child)
      options.log.debug({ childPid: child.pid, how }, 'child ended')
    })
    return child
  }
  const takeIdle = (): ImageChild | undefined => {
    // The last one used is the warmest. One that somebody killed while it was idle is passed over.
    for (let child = idle.pop(); child; child = idle.pop()) if (child.usable) return child
    return undefined
  }
  return {
    /** Starts the children. Rejects when one of them cannot start: then no job could succeed here. */
    async start(): Promise<void> {
      const children = Array.from({ length: options.size }, startChild)
      await Promise.all(children.map(becomesReady))
      idle.push(...children)
    },

    /** Jobs that are running. */
    get busy(): number {
      return busy
    },

    pids(): number[] {
      return [...alive].flatMap(({ pid }) => pid ?? [])
    },

    /** Does one job. Rejects with a JobFailure. */
    async run(job: ImageJob, watch: RunWatch): Promise<ProcessedImage> {
      const child = takeIdle() ?? startChild()
      busy++
      try {
        return await runOnChild(child, job, { ...watch, ...options.limits })
      } finally {
        busy--
        if (child.usable) idle.push(child)
      }
    },

    /** Kills all children, busy or not, and waits for their ends. */
    async close(): Promise<void> {
      const ends = [...alive].map(({ ended }) => ended)
      for (const child of alive) child.kill()
      await Promise.all(ends)
    },
  }
}

function becomesReady(child: ImageChild): Promise<void> {
  return new Promise((resolve, reject) => {
    child.hear({
      onMessage: ({ type }) => type === 'ready' && resolve(),
      onEnd: (how) => reject(new Error(`A child process could not start (${how})`)),
    })
  })
}
