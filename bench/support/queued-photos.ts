import { randomBytes } from 'node:crypto'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { imageOptimize, originalKey } from '@darkroom/contracts'
import { TaskQueue, queueNames, type Delivery } from '@darkroom/messaging'
import { until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import type { Installation } from '../../test/e2e/support/installation.ts'

/** The queue of an installation without an API, for measuring workers alone. */
export async function openQueue({
  redisUrl,
  namespace,
  dataDir,
}: Pick<Installation, 'redisUrl' | 'namespace' | 'dataDir'>) {
  const redis = new Redis(redisUrl)
  await until(() => redis.status === 'ready', { what: 'a connection to Redis' })
  const queue = new TaskQueue({
    redis,
    names: queueNames({ namespace }, imageOptimize),
    kind: imageOptimize,
    policy: { attempts: 1, backoffMs: 0 },
  })
  const originals = new Map<string, Promise<string>>()
  /** A photo is in the data folder once, however many tasks use it. */
  const originalOf = async (file: string): Promise<string> => {
    const key = originalKey({
      tenant: 'default',
      folder: 'images',
      taskId: randomBytes(12).toString('hex'),
      extension: 'jpg',
    })
    const path = join(dataDir, key)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await copyFile(file, path)
    return key
  }
  const deliveryOf = async (file: string, imageName: string): Promise<Delivery> => {
    const known = originals.get(file) ?? originalOf(file)
    originals.set(file, known)
    const taskId = randomBytes(12).toString('hex')
    const job = { taskId, imagePath: await known, timestamp: Date.now(), epoch: 1, tenant: 'default', imageName }
    return { job, priority: 'normal', attempts: 1 }
  }

  return {
    queue,
    /** Processes each file as a photo of its own. */
    add: async (files: readonly string[], label: string): Promise<void> =>
      queue.add(await Promise.all(files.map((file, index) => deliveryOf(file, `${label}-${index}`)))),
    /** Waits until all jobs are finished. Throws if one failed. */
    whenDone: async (timeoutMs = 300_000): Promise<void> => {
      const isDone = async (): Promise<boolean> => {
        const { waiting, prioritized, active, delayed } = await queue.counts()
        return waiting + prioritized + active + delayed === 0
      }
      await until(isDone, { what: 'the end of all jobs', timeoutMs, intervalMs: 20 })
      const { failed } = await queue.counts()
      if (failed > 0) throw new Error(`${failed} jobs failed`)
    },
    close: async (): Promise<void> => {
      await queue.close()
      redis.disconnect()
    },
  }
}
