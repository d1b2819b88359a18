// The worker of each kind, for scripts that start or check all of them.
import { KINDS, TASK_KINDS, type TaskKind } from '@darkroom/contracts'
import type { z } from 'zod'
import { imageWorkerEnv } from '../apps/image-worker/src/env.ts'
import { photoWorkerEnv } from '../apps/photo-worker/src/env.ts'
import { videoWorkerEnv } from '../apps/video-worker/src/env.ts'

/** The environment variables that the worker of each kind reads. */
const ENVIRONMENTS: Record<TaskKind, z.ZodObject> = {
  'image.optimize': imageWorkerEnv,
  'photo.bibs': photoWorkerEnv,
  'video.render': videoWorkerEnv,
}

export const workerAppsOf = (kinds: readonly TaskKind[]) =>
  kinds.map((kind) => ({
    /** Its folder in `apps`. */
    app: KINDS[kind].worker,
    env: ENVIRONMENTS[kind],
  }))

export const WORKER_APPS = workerAppsOf(TASK_KINDS)
