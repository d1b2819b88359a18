import { only, type Entry, type StoredTask } from './history.ts'

export const FINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'expired'])

/** All tries of one upload. */
export interface Upload {
  key: string
  name: string
  picture: string
  good: boolean
  /** The ids in the responses; exactly one if everything is fine. */
  ids: Set<string>
  tries: number
}

export type Facts = ReturnType<typeof factsOf>

/** A history, indexed for the questions of the invariants. */
export function factsOf(entries: readonly Entry[]) {
  const documents = only(entries, 'document').map(({ args }) => args)
  const uploads = uploadsOf(entries)
  return {
    entries,
    uploads,
    accepted: uploads.filter(({ ids }) => ids.size > 0),
    documents,
    byId: new Map(documents.map((document) => [document.id, document])),
    byKey: groupBy(documents, (document) => document.idempotency?.key ?? ''),
    finalFiles: only(entries, 'file').filter(({ args }) => !args.early),
    files: only(entries, 'file'),
  }
}

function uploadsOf(entries: readonly Entry[]): Upload[] {
  const uploads = new Map<string, Upload>()
  for (const { args, taskId } of only(entries, 'upload')) {
    const upload = uploads.get(args.key) ?? { ...args, ids: new Set<string>(), tries: 0 }
    upload.tries++
    if (taskId !== undefined) upload.ids.add(taskId)
    uploads.set(args.key, upload)
  }
  return [...uploads.values()]
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

export const isStuck = ({ status }: StoredTask): boolean => !FINAL.has(status)
