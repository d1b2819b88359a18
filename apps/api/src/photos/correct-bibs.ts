import type { ShownBib, Task } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import type { Announcer } from '../tasks/announce.ts'
import { findTask } from '../tasks/find-task.ts'
import { allowsChange, etagOf } from '../tasks/task-etag.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { TaskViews } from '../tasks/task-view.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { bibsOf } from './bibs-of.ts'
import { readingsDue, type RefreshPhoto } from './refresh-photo.ts'

/** A number that a person sees on a photo, and where. */
export interface SaidBib {
  number: string
  box?: ShownBib['box'] | undefined
}

/**
 * Replaces the numbers of a photo by those that a person sees; no later run changes them. Throws
 * TASK_NOT_FOUND, PRECONDITION_FAILED, TASK_EXPIRED, TASK_CHANGED, INVALID_FIELD.
 */
export class CorrectBibs extends RequestData<Task> {
  readonly tenant: string
  readonly id: string
  readonly bibs: readonly SaidBib[]
  readonly ifMatch: string | undefined

  constructor(tenant: string, id: string, bibs: readonly SaidBib[], ifMatch?: string) {
    super()
    this.tenant = tenant
    this.id = id
    this.bibs = bibs
    this.ifMatch = ifMatch
  }
}

/** A try fails if the photo was written between the read and the write. */
const TRIES = 10

export class CorrectBibsHandler implements RequestHandler<CorrectBibs, Task> {
  readonly #deps

  constructor(deps: {
    store: TaskStore
    views: TaskViews
    announcer: Announcer
    refresh: RefreshPhoto
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ tenant, id, bibs, ifMatch }: CorrectBibs): Promise<Task> {
    const { store, views, announcer, refresh, log, now } = this.#deps
    for (let tries = 0; tries < TRIES; tries++) {
      const task = await findPhoto(store, tenant, id)
      if (!allowsChange(ifMatch, etagOf(views.task(task))))
        throw new AppError('PRECONDITION_FAILED', 'The photo has changed since you read it: get it again first.')
      assertInside(task, bibs)
      const at = now()
      const correction = { bibs: bibs.map((said) => toBib(said, task)), at: new Date(at) }
      const corrected = await store.edit(task, { correction, readingsDueAt: readingsDue(at) })
      if (!corrected) continue
      await announcer.announce(corrected)
      log.info({ taskId: task.id, numbers: bibs.length }, 'numbers corrected by a person')
      // Stored, so accepted: if this fails, it is made up for in a few seconds.
      await refresh(corrected).catch((error: unknown) =>
        log.debug({ taskId: task.id, err: error }, 'corrected numbers not searchable yet'),
      )
      return views.task(corrected)
    }
    throw new AppError('TASK_CHANGED', 'The photo is changing too quickly at the moment; try again.', {
      headers: { 'Retry-After': '1' },
    })
  }
}

async function findPhoto(store: TaskStore, tenant: string, id: string): Promise<TaskRecord> {
  const task = await findTask(store, tenant, id)
  if (task.kind !== 'photo.bibs')
    throw new AppError('TASK_NOT_FOUND', 'There is no photo with this id: the task is of another kind.')
  if (task.status === 'expired')
    throw new AppError('TASK_EXPIRED', 'The files of this photo have expired; its numbers cannot be changed.')
  return task
}

/** Boxes that a run has read may end a little outside. */
function assertInside(task: TaskRecord, bibs: readonly SaidBib[]): void {
  const { source } = task
  if (!('width' in source)) return
  const { width, height } = source
  const known = bibsOf(task)
  const errors = bibs.flatMap(({ box }, index) => {
    if (!box || known.some((bib) => isSameBox(bib.box, box))) return []
    const [right, bottom] = [box.left + box.width, box.top + box.height]
    if (right <= width && bottom <= height) return []
    const detail = `ends at ${right} x ${bottom}, outside of the photo, which is ${width} x ${height}`
    return [{ pointer: `/bibs/${index}/box`, detail }]
  })
  const [first] = errors
  if (first) throw new AppError('INVALID_FIELD', `${first.pointer} ${first.detail}.`, { errors: errors.slice(0, 20) })
}

/** Without a box: where this number was read, if it was. With one: what was read there is kept. */
function toBib({ number, box }: SaidBib, task: TaskRecord): ShownBib {
  const known = bibsOf(task)
  const read = known.find((bib) => (box ? isSameBox(bib.box, box) : bib.number === number))
  const place = box ?? read?.box
  return {
    ...{ number, confidence: 1, origin: 'person' },
    ...(place && { box: place }),
    ...(read?.raw !== undefined && { raw: read.raw }),
  }
}

const isSameBox = (a: ShownBib['box'], b: NonNullable<ShownBib['box']>): boolean =>
  a !== undefined && (['left', 'top', 'width', 'height'] as const).every((side) => a[side] === b[side])
