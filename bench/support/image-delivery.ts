import { randomBytes } from 'node:crypto'
import { originalKey, type ImageJob } from '@darkroom/contracts'
import type { Delivery } from '@darkroom/messaging'

/** The job of a task that need not exist. */
export function imageDelivery({ tenant = 'default', taskId = randomBytes(12).toString('hex') } = {}): Delivery & {
  job: ImageJob
} {
  const imagePath = originalKey({ tenant, folder: 'images', taskId, extension: 'jpg' })
  const job = { taskId, imagePath, timestamp: Date.now(), epoch: 1, tenant, imageName: 'photo' }
  return { job, priority: 'batch', attempts: 3 }
}
