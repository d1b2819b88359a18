import type { ShownBib } from '@darkroom/contracts'
import type { TaskRecord } from '../tasks/task.ts'

/** The numbers of a photo: what a person said, or else what the last run read. */
export const bibsOf = ({ correction, result }: Pick<TaskRecord, 'correction' | 'result'>): ShownBib[] =>
  correction?.bibs ?? readIn(result) ?? []

/** The numbers that a run read, if it was one that reads numbers. */
export const readIn = ({ bibs }: Record<string, unknown>): ShownBib[] | undefined =>
  Array.isArray(bibs) ? (bibs as ShownBib[]) : undefined
