import type { RequestHandler, Router } from 'express'
import { AppError } from '../app-error.ts'
import { pagesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { busyWorkers } from './busy-workers.ts'

/** Has a worker process killed, by its id. */
export type KillWorker = (id: string) => void

/**
 * Of a demo alone: a worker is killed, so that one can watch its tasks being taken over. Not part
 * of the documented API.
 */
export function demoRoutes(options: { guard: RequestHandler[]; send: Send; killWorker: KillWorker }): Router {
  const { guard, send, killWorker } = options
  const kill: RequestHandler = async (req, res) => {
    const workers = await busyWorkers(send, tenantOf(req))
    const worker = workers.find(({ id }) => id === req.params.id)
    if (!worker) throw new AppError('ROUTE_NOT_FOUND', 'There is no such worker: it may have ended in the meantime.')
    killWorker(worker.id)
    res.status(202).json(worker)
  }
  return pagesOf({ '/demo/workers/:id/kill': { post: [...guard, kill] } })
}
