import type { AnyTaskEvent } from '@darkroom/contracts'
import { isFinal, type LogEntry } from '../tasks/task.ts'
import { toLogView } from '../tasks/task-view.ts'
import type { BatchNews } from './batch-follower.ts'
import { formatBatchPosition, parseBatchPosition } from './batch-position.ts'
import { START_OF_LOG, type LogPosition } from './log-position.ts'
import { SeenLog } from './seen-log.ts'
import type { TaskNews } from './task-follower.ts'

/** An event of a task of a batch. */
export interface BatchTaskEvent {
  /** Where to continue after it. */
  position: string
  data: AnyTaskEvent
}

interface NewEntry {
  taskId: string
  entry: LogEntry
  /** Never before that of an earlier entry of the task, whatever the clocks of the workers said. */
  time: number
}

/** The events of all tasks of a batch that a client has not received, after a position. */
export class BatchLog {
  readonly #after: string | undefined
  readonly #seen = new Map<string, SeenLog>()
  readonly #open = new Set<string>()
  #reached = new Map<string, LogPosition>()
  /** In the order of the batch. */
  #ids: string[] = []

  constructor(after: string | undefined) {
    this.#after = after
  }

  /** Whether some of the tasks have not ended. */
  get isOpen(): boolean {
    return this.#open.size > 0
  }

  /** Where to continue after what was passed on. */
  get position(): string {
    return formatBatchPosition(this.#ids, this.#reached)
  }

  /** The new events, in the order of their time. The first time, `news` has all tasks. */
  add(news: BatchNews): NewEntry[] {
    this.#note(news)
    return [...news].flatMap(([taskId, one]) => [...this.#newIn(taskId, one)]).toSorted((a, b) => a.time - b.time)
  }

  /** Passes an event on, after all those before it. */
  pass({ taskId, entry }: NewEntry): BatchTaskEvent {
    this.#reached.set(taskId, entry)
    return { position: this.position, data: { taskId, event: toLogView(entry) } }
  }

  #note(news: BatchNews): void {
    if (this.#seen.size === 0) this.#reached = new Map(parseBatchPosition([...news.keys()].toSorted(), this.#after))
    for (const [taskId, { task, gone }] of news) {
      if (gone) this.#seen.delete(taskId)
      else if (!this.#seen.has(taskId)) this.#seen.set(taskId, new SeenLog(this.#reached.get(taskId) ?? START_OF_LOG))
      if (task && !isFinal(task.status)) this.#open.add(taskId)
      else if (task ?? gone) this.#open.delete(taskId)
    }
    this.#ids = [...this.#seen.keys()].toSorted()
  }

  *#newIn(taskId: string, { task, live }: TaskNews): Generator<NewEntry> {
    const seen = this.#seen.get(taskId)
    let time = 0
    for (const entry of seen?.newIn(task?.log ?? []) ?? []) {
      time = Math.max(time, entry.at.getTime())
      yield { taskId, entry, time }
    }
    if (live && this.#open.has(taskId) && seen?.takesLive(live))
      yield { taskId, entry: live, time: Math.max(time, live.at.getTime()) }
  }
}
