// What must hold when everything is idle, whatever happened before. Each check returns the examples
// that violate it.
import { FINAL, groupBy, isStuck, type Facts } from './facts.ts'
import { only, type StoredTask, type TaskView } from './history.ts'

export interface Invariant {
  name: string
  says: string
  broken: (facts: Facts) => string[]
}

const VARIANT_WIDTHS = [1024, 800]
const THUMB = 'thumb'
const TEMP_AGE_MS = 60_000
const CHECK_MS = 5000

export const invariants: readonly Invariant[] = [
  { name: 'I1', says: 'every accepted task exists and has ended', broken: lostOrStuck },
  { name: 'I2', says: 'one upload, one task, however often it was retried', broken: duplicates },
  { name: 'I3', says: 'the files are exactly those of the documents, complete and correct', broken: wrongFiles },
  { name: 'I4', says: 'no leftovers: no temporary file, no original without a document', broken: litter },
  { name: 'I5', says: 'no valid picture failed, no invalid one completed', broken: wronglyEnded },
  { name: 'I6', says: 'every history is valid', broken: illegalHistories },
  { name: 'I7', says: 'the APIs return what is stored', broken: staleViews },
  { name: 'I8', says: 'every follower of a task receives its end exactly once', broken: unheardEnds },
  { name: 'I9', says: 'no uncaught error, no unexpected exit, no response 500', broken: accidents },
  { name: 'I10', says: 'memory and open files are back to normal', broken: leaks },
  { name: 'extra', says: "the scenario's own conditions", broken: failedChecks },
]

function lostOrStuck({ accepted, byId, documents, entries }: Facts): string[] {
  const lost = accepted.flatMap(({ ids, name }) =>
    [...ids].filter((id) => !byId.has(id)).map((id) => `${id} (${name}) was accepted and is lost`),
  )
  const stuck = documents.filter(isStuck).map(({ id, status, name }) => `${id} (${name}) is stuck: ${status}`)
  const unread = only(entries, 'rest').filter(({ outcome }) => outcome !== 'ok')
  return [
    ...lost,
    ...stuck,
    ...unread.map(({ args, ms }) => `not idle after ${ms} ms: ${args.waitingFor.slice(0, 3).join(', ')}`),
  ]
}

function duplicates({ uploads, byKey }: Facts): string[] {
  return uploads.flatMap(({ key, ids, name }) => {
    const stored = byKey.get(key) ?? []
    if (ids.size > 1) return [`${key} (${name}) received the ids ${[...ids].join(' and ')}`]
    if (stored.length > 1) return [`${key} (${name}) resulted in ${stored.map(({ id }) => id).join(' and ')}`]
    return []
  })
}

function wrongFiles({ files, finalFiles, documents, accepted, byId }: Facts): string[] {
  const listed = new Set(documents.flatMap(({ files }) => files.map(({ path }) => path)))
  const present = new Map(finalFiles.filter(({ args }) => isVariant(args.key)).map(({ args }) => [args.key, args]))
  const missing = [...listed].filter((path) => !present.has(path)).map((path) => `${path} is listed but missing`)
  const unlisted = [...present.keys()]
    .filter((path) => !listed.has(path))
    .map((path) => `${path} exists but is not listed`)
  const torn = files
    .filter(({ args: { key, md5, width } }) => isVariant(key) && (!key.endsWith(`/${md5}.jpg`) || width === null))
    .map(
      ({ args }) =>
        `${args.key} holds ${args.bytes} bytes with the MD5 ${args.md5}, width ${args.width}${args.early ? ' (seen while faults were being injected)' : ''}`,
    )
  const misshapen = documents.flatMap((task) => widthFaults(task, (path) => present.get(path)?.width ?? undefined))
  const mixedUp = [...groupBy(accepted, ({ picture }) => picture)].flatMap(([picture, group]) => {
    const outputs = new Set(group.flatMap(({ ids }) => [...ids]).flatMap((id) => contentOf(byId.get(id)) ?? []))
    return outputs.size > 1
      ? [`pictures with the same pixels (${picture}) have different results: ${[...outputs].slice(0, 3).join(' | ')}`]
      : []
  })
  return [...missing, ...unlisted, ...torn, ...misshapen, ...mixedUp]
}

const isVariant = (key: string): boolean => key.startsWith('output/') && !key.endsWith('.tmp')

const contentOf = (task: StoredTask | undefined): string | undefined =>
  task?.status === 'completed' ? task.files.map(({ name, md5 }) => `${name}:${md5}`).join(' ') : undefined

function widthFaults(task: StoredTask, widthOnDisk: (path: string) => number | undefined): string[] {
  if (task.status !== 'completed') return []
  const wanted = VARIANT_WIDTHS.map((width) => Math.min(width, task.source.width)).join()
  const variants = task.files.filter(({ name }) => name !== THUMB)
  const stored = variants.map(({ facts: { width } }) => width).join()
  const wrong = task.files.filter(({ path, facts: { width } }) => (widthOnDisk(path) ?? width) !== width)
  if (stored !== wanted) return [`${task.id} has variants of widths ${stored || 'none'}, not ${wanted}`]
  if (variants.length === task.files.length) return [`${task.id} has no thumbnail`]
  return wrong.map(({ path }) => `${path} has a different width from its document`)
}

function litter({ finalFiles, byId }: Facts): string[] {
  return finalFiles.flatMap(({ args: { key, ageMs } }) => {
    const owner = /storage\/images\/([0-9a-f]{24})\//.exec(key)?.[1]
    if (isTemporary(key, ageMs)) return [`${key} is left over`]
    if (key.startsWith('uploads/temp/') && ageMs > TEMP_AGE_MS)
      return [`${key} has been left over for ${Math.round(ageMs / 1000)} s`]
    return owner !== undefined && !byId.has(owner) ? [`${key} has no document`] : []
  })
}

/** Files on their way to their names; every check of a folder or bucket makes one for a moment. */
export const isTemporary = (key: string, ageMs: number): boolean =>
  /^\.(?:tmp\/|moving\/|check\.)/.test(key) ? ageMs > CHECK_MS : key.endsWith('.tmp')

/** Also of tasks whose client got no answer, or gave up. */
function wronglyEnded({ uploads, byId, byKey }: Facts): string[] {
  return uploads.flatMap(({ key, ids, good, name }) => {
    const answered = [...ids].flatMap((id) => byId.get(id) ?? [])
    return [...new Set([...answered, ...(byKey.get(key) ?? [])])].flatMap((task) => {
      if (isStuck(task)) return []
      if (good && task.status !== 'completed' && !isExpired(task))
        return [`${task.id} (${name}) is valid but ${task.status}: ${task.error?.code}`]
      return !good && task.status === 'completed' ? [`${task.id} (${name}) is invalid but completed`] : []
    })
  })
}

/** Whether it expired after it had completed and its time was up. */
function isExpired({ status, log, expiresAt }: StoredTask): boolean {
  const last = log.at(-1)
  if (status !== 'expired' || last?.type !== 'task.expired') return false
  return log.at(-2)?.type === 'task.completed' && Date.parse(expiresAt ?? '') <= Date.parse(last.at ?? '')
}

function illegalHistories({ documents, entries }: Facts): string[] {
  return [...documents.flatMap(historyFaults), ...resurrections(entries)]
}

const STATUS_AFTER: Record<string, string> = {
  'task.created': 'pending',
  'task.processing': 'processing',
  'task.progress': 'processing',
  'task.retry': 'pending',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.cancelled': 'cancelled',
  'task.expired': 'expired',
}

/** The problems in the history of one task. */
export function historyFaults({
  id,
  log,
  status,
  seq,
  rev,
}: Pick<StoredTask, 'id' | 'log' | 'status' | 'seq' | 'rev'>): string[] {
  const faults: string[] = []
  for (const [index, step] of log.entries()) {
    const before = log[index - 1]
    if (!before) continue
    if (step.epoch < before.epoch) faults.push(`${id}: the epoch went back from ${before.epoch} to ${step.epoch}`)
    if (step.epoch !== before.epoch) continue
    if (step.seq <= before.seq)
      faults.push(`${id}: ${step.type} (${step.seq}) came after ${before.type} (${before.seq})`)
    if (FINAL.has(STATUS_AFTER[before.type] ?? '') && step.type !== 'task.expired')
      faults.push(`${id}: ${step.type} came after the final ${before.type}`)
  }
  const last = log.at(-1)
  if (last && STATUS_AFTER[last.type] !== status)
    faults.push(`${id}: its last step was ${last.type}, but it is ${status}`)
  if (last && last.seq !== seq) faults.push(`${id}: its last step has seq ${last.seq}, but the document has ${seq}`)
  // The first step is the insert.
  const moves = log.filter(({ type, epoch }) => type !== 'task.created' || epoch > 1).length
  if (log.length < 100 && (rev > moves || rev < moves - writtenTogether(log)))
    faults.push(`${id}: ${rev} writes took effect, but ${moves} steps are in its log`)
  return faults
}

/** The start of a run may be written together with the next step. */
function writtenTogether(log: StoredTask['log']): number {
  let [pairs, start] = [0, false]
  for (const [index, { type, epoch }] of log.entries()) {
    const follows = start && epoch === log[index - 1]?.epoch
    if (follows) pairs++
    start = type === 'task.processing' && !follows
  }
  return pairs
}

/**
 * A task that a client has seen ended never continues. Of overlapping reads, either may have been
 * the first.
 */
function resurrections(entries: Facts['entries']): string[] {
  const ended = new Map<string, { status: string; seenAt: number }>()
  return only(entries, 'read').flatMap(({ t, ms, args: { taskId }, status }) => {
    if (status === undefined) return []
    const before = ended.get(taskId)
    if (FINAL.has(status) && !before) ended.set(taskId, { status, seenAt: t })
    const follows = before !== undefined && t - ms > before.seenAt
    return follows && status !== before.status
      ? [`${taskId}: a client saw it ${before.status}, then ${status} ${t - before.seenAt} ms later`]
      : []
  })
}

function staleViews({ entries, documents, byId }: Facts): string[] {
  const views = only(entries, 'view').flatMap(({ process, args: { taskId, http, view } }) => {
    if (!view) return [`${process} returns ${http} for ${taskId}`]
    const difference = differenceOf(view, byId.get(taskId))
    return difference ? [`${process} returns ${taskId} ${difference}`] : []
  })
  const lists = only(entries, 'list').flatMap(({ process, args: { http, total, items } }) => {
    if (http !== 200) return [`${process} returns ${http} for the list`]
    if (total !== documents.length || items.length !== documents.length)
      return [`${process} lists ${items.length} of ${total}, but ${documents.length} are stored`]
    return items.flatMap((view) => {
      const difference = differenceOf(view, byId.get(view.id))
      return difference ? [`${process} lists ${view.id} ${difference}`] : []
    })
  })
  return [...views, ...lists]
}

function differenceOf(view: TaskView, task: StoredTask | undefined): string | undefined {
  if (!task) return 'which is not stored'
  const essence = ({ status, epoch, updatedAt, files }: TaskView | StoredTask): string =>
    JSON.stringify({ status, epoch, updatedAt, files: files.map(({ path }) => path) })
  return essence(view) === essence(task)
    ? undefined
    : `as ${view.status} of ${view.updatedAt}, but ${task.status} of ${task.updatedAt} is stored`
}

const ENDS: ReadonlySet<string> = new Set(['task.completed', 'task.failed', 'task.cancelled'])

/** Events with the same id count once: that is what ids are for. */
function unheardEnds({ entries }: Facts): string[] {
  const sights = groupBy(only(entries, 'saw'), ({ args }) => args.taskId)
  return only(entries, 'follow').flatMap(({ args: { taskId } }) => {
    const seen = (sights.get(taskId) ?? []).filter(({ args }) => ENDS.has(args.type))
    const ends = new Map(seen.map(({ args }) => [args.id, args.type]))
    return ends.size === 1
      ? []
      : [`${taskId}: a follower received ${ends.size} ends: ${[...ends].flat().join(' ') || 'none'}`]
  })
}

function accidents({ entries }: Facts): string[] {
  const uncaught = only(entries, 'uncaught').map(({ process, args }) => `${process}: ${args.line.slice(0, 300)}`)
  const exits = only(entries, 'exit').filter(({ args }) => args.expected === false)
  const broken = only(entries, 'upload').filter(({ status }) => status === 500)
  const mute = only(entries, 'upload').filter(({ status, retryAfter }) => status === 503 && retryAfter === false)
  return [
    ...uncaught,
    ...exits.map(({ process, args }) => `${process} ended unexpectedly: ${args.how}`),
    ...broken.map(({ args }) => `the upload ${args.key} received a 500`),
    ...mute.map(({ args }) => `the upload ${args.key} received a 503 without Retry-After`),
    ...only(entries, 'error').map(({ args }) => `the scenario was aborted: ${args.message}`),
  ]
}

/** Growth of heaps and allocators under the first load; a larger leak shows in the long profile. */
const RSS_ROOM_BYTES = 128 * 1024 * 1024
/**
 * A pool of 20 connections to the store, filled by the first burst, and connections that clients
 * keep open.
 */
export const FILES_ROOM = 28

/**
 * Of the processes that survived everything. A heap grows with the first load, which is not a leak.
 */
function leaks({ entries }: Facts): string[] {
  const usages = only(entries, 'usage')
  return usages
    .filter(({ args }) => args.when === 'end')
    .flatMap(({ process, args: end }) => {
      const start = usages.find(({ args }) => args.when === 'start' && args.pid === end.pid)?.args
      if (!start || start.rssBytes === 0) return []
      const grown = end.rssBytes > start.rssBytes * 1.1 + RSS_ROOM_BYTES
      const open = end.openFiles > start.openFiles * 1.1 + FILES_ROOM
      return [
        ...(grown ? [`${process} grew from ${toMib(start.rssBytes)} to ${toMib(end.rssBytes)} MiB`] : []),
        ...(open ? [`${process} has ${end.openFiles} files open, ${start.openFiles} before`] : []),
      ]
    })
}

const toMib = (bytes: number): number => Math.round(bytes / 1024 / 1024)

function failedChecks({ entries }: Facts): string[] {
  return only(entries, 'check')
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ args }) => `${args.name}: ${args.detail}`)
}
