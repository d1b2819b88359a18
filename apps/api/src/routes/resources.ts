import { albumRoutes } from './album-routes.ts'
import { assetRoutes } from './asset-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { batchEventRoutes } from './batch-event-routes.ts'
import { batchRoutes } from './batch-routes.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { downloadRoutes, signedDownloadRoutes } from './download-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { healthRoutes } from './health-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { metricsRoutes } from './metrics-routes.ts'
import { photoRoutes } from './photo-routes.ts'
import { queueRoutes } from './queue-routes.ts'
import { stagedUploadRoutes } from './staged-upload-routes.ts'
import { statsRoutes } from './stats-routes.ts'
import { taskEventRoutes } from './task-event-routes.ts'
import { taskRoutes } from './task-routes.ts'
import { uploadTokenRoutes } from './upload-token-routes.ts'
import { usageRoutes } from './usage-routes.ts'
import { videoRoutes } from './video-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'
import { workerRoutes } from './worker-routes.ts'

/**
 * Every API route, by where it is mounted. The application and its document are both created from
 * these, so a route is in both or in neither.
 */
export const RESOURCES = {
  /** Below `/api/v1`. */
  v1: [
    taskRoutes,
    downloadRoutes,
    taskEventRoutes,
    eventRoutes,
    batchRoutes,
    batchEventRoutes,
    stagedUploadRoutes,
    albumRoutes,
    queueRoutes,
    workerRoutes,
    deadLetterRoutes,
    statsRoutes,
    assetRoutes,
    usageRoutes,
    keyRoutes,
    uploadTokenRoutes,
    webhookRoutes,
    auditRoutes,
  ],
  /** Below `/api`: the older form. */
  aliases: [jobRoutes, videoRoutes],
  /** At the root: signed URLs, and the older form of photos of races. */
  atRoot: [signedDownloadRoutes, photoRoutes],
  /** At the root, and below both of the above. */
  health: [healthRoutes],
  /** At the root. */
  operators: [metricsRoutes],
}
