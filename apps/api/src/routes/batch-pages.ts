import { isDeepStrictEqual } from 'node:util'
import type { BatchPage, ListedTask } from '@darkroom/contracts'
import type { Request, Response } from 'express'
import { GetBatch } from '../batches/get-batch.ts'
import { WatchBatch } from '../following/watch-batch.ts'
import type { HeldRequests } from '../http/held-requests.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import type { PageRequest } from '../tasks/list-page.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import { etagOf, isKnown } from '../tasks/task-etag.ts'
import { idOf } from './batch-path.ts'

/** A batch with a page of its tasks. */
export async function readPage(send: Send, req: Request, page: PageRequest): Promise<BatchPage> {
  const summary = await send(new GetBatch(tenantOf(req), idOf(req)))
  const {
    total: _total,
    totalIsExact: _exact,
    ...tasks
  } = await send(new ListTasks({ tenant: tenantOf(req), batchId: summary.batchId }, page))
  return { ...summary, ...tasks }
}

/**
 * The same as soon as it has changed, or after some seconds. A change is a difference from the page
 * that the client knows by its ETag; without an ETag, other progress, or the end.
 */
export async function waitForPage(
  { send, waiting }: { send: Send; waiting: HeldRequests },
  res: Response,
  page: PageRequest,
  seconds: number,
): Promise<BatchPage> {
  const { req } = res
  const { batchId } = await send(new GetBatch(tenantOf(req), idOf(req)))
  const signal = waiting.hold(res, batchId, seconds * 1000)
  const known = req.get('If-None-Match')
  let first: BatchPage | undefined
  let now: BatchPage | undefined
  for await (const _ of await send(new WatchBatch(tenantOf(req), batchId, signal))) {
    now = await readPage(send, req, page)
    first ??= now
    if (known === undefined ? hasMovedOn(first, now) : !isKnown(known, etagOf(now))) break
  }
  return now ?? readPage(send, req, page)
}

const hasMovedOn = (first: BatchPage, now: BatchPage): boolean =>
  now.status === 'completed' || now.percent !== first.percent || !isDeepStrictEqual(now.counts, first.counts)

/** All tasks of a batch, in the order of their upload. */
export async function tasksOf(send: Send, tenant: string, batchId: string): Promise<ListedTask[]> {
  const tasks: ListedTask[] = []
  let cursor: string | undefined
  do {
    const page = await send(new ListTasks({ tenant, batchId }, { page: 1, limit: 100, cursor }))
    tasks.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return tasks
}
