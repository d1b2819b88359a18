import type { LogEntry } from '../tasks/task.ts'

/** A position in a task's history: epochs first, `seq` within them. */
export type LogPosition = Pick<LogEntry, 'epoch' | 'seq'>

/** Before the first event. */
export const START_OF_LOG: LogPosition = { epoch: 0, seq: 0 }

export const isAfter = (one: LogPosition, other: LogPosition): boolean =>
  one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq)

export const formatLogPosition = ({ epoch, seq }: LogPosition): string => `${epoch}.${seq}`

/** The inverse of {@link formatLogPosition}; the start of the log for anything invalid. */
export function parseLogPosition(text: string | undefined): LogPosition {
  const [, epoch, seq] = /^(\d{1,9})\.(\d{1,12})$/.exec(text ?? '') ?? []
  return epoch && seq ? { epoch: Number(epoch), seq: Number(seq) } : START_OF_LOG
}
