import type { Task } from '@darkroom/contracts'
import type { Request, Response } from 'express'
import { etagOf, etagOfJson } from '../tasks/task-etag.ts'

/** Express uses the tag to answer If-None-Match. */
export function sendTask(res: Response, task: Task): void {
  res.set({ 'Cache-Control': 'no-cache', ETag: etagOf(task) }).json(task)
}

/**
 * Sent as it came from the cache, without parsing or serializing it: this is the most frequent
 * request.
 */
export function sendTaskJson(req: Request, res: Response, json: string): void {
  res.setHeader('Cache-Control', 'no-cache').setHeader('ETag', etagOfJson(json))
  if (req.fresh) {
    res.status(304).end()
    return
  }
  res.setHeader('Content-Type', 'application/json; charset=utf-8').setHeader('Content-Length', Buffer.byteLength(json))
  res.end(json)
}
