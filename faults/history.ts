// The record of one scenario: every client operation, every fault, the relevant log lines of the
// processes and the final reads, one JSON object per line. The verdict is based on this file alone,
// so it can be repeated later and elsewhere.
import { createWriteStream, readFileSync } from 'node:fs'

/**
 * A client knows that an operation succeeded (`ok`), knows that it failed (`fail`), or cannot know
 * (`unknown`).
 */
export type Outcome = 'ok' | 'fail' | 'unknown'

/** One try of one upload. All tries of one upload share its key. */
export interface UploadTry {
  op: 'upload'
  outcome: Outcome
  args: { key: string; name: string; picture: string; good: boolean }
  ms: number
  status?: number
  code?: string
  taskId?: string
  retryAfter?: boolean
}
/** A client read a task from an API. */
export interface ReadTry {
  op: 'read'
  outcome: Outcome
  ms: number
  args: { taskId: string }
  status?: string
}
/** A client follows a task's events from now on; the events it received. */
export interface Follow {
  op: 'follow'
  args: { taskId: string }
}
export interface Sight {
  op: 'saw'
  args: { taskId: string; id: string; type: string }
}
export interface Fault {
  op: 'fault'
  args: { fault: string; target: string; detail?: string }
}
export interface Life {
  op: 'start' | 'ready' | 'exit'
  args: { pid: number; how?: string; expected?: boolean }
}
/** A worker started or ended a run of a task. */
export interface RunStep {
  op: 'run' | 'run-end'
  args: { taskId: string; attempt: number }
}
/**
 * A log line that is relevant for the verdict: a rejected event, a lost lock, an uncaught error.
 */
export interface Said {
  op: 'refused' | 'lock-lost' | 'stalled' | 'uncaught' | 'repaired'
  args: { line: string; taskId?: string }
}
/** One of the scenario's own pass conditions. */
export interface Check {
  op: 'check'
  outcome: Outcome
  args: { name: string; detail: string }
}
/** Waiting for the system to become idle after the last fault. */
export interface Rest {
  op: 'rest'
  outcome: Outcome
  ms: number
  args: { waitingFor: string[] }
}
export interface Usage {
  op: 'usage'
  args: { when: 'start' | 'end'; pid: number; rssBytes: number; openFiles: number }
}
export interface ScenarioStart {
  op: 'scenario'
  args: {
    name: string
    title: string
    seed: number
    tasks: number
    mutation: string | null
    redis: string
    mongo: string
  }
}
export interface ScenarioError {
  op: 'error'
  args: { message: string }
}
/** Final reads. */
export interface FinalDocument {
  op: 'document'
  args: StoredTask
}
export interface FinalView {
  op: 'view'
  args: { taskId: string; http: number; view: TaskView | null }
}
export interface FinalList {
  op: 'list'
  args: { http: number; total: number; items: TaskView[] }
}
export interface FinalFile {
  op: 'file'
  args: {
    key: string
    bytes: number
    md5: string
    ageMs: number
    width: number | null
    /** Seen while faults were still being injected. */ early?: boolean
  }
}

export type Event =
  | UploadTry
  | ReadTry
  | Follow
  | Sight
  | Fault
  | Life
  | RunStep
  | Said
  | Check
  | Rest
  | Usage
  | ScenarioStart
  | ScenarioError
  | FinalDocument
  | FinalView
  | FinalList
  | FinalFile
export type Entry = Event & { t: number; process: string }

export interface StoredTask {
  id: string
  status: string
  epoch: number
  seq: number
  rev: number
  name: string
  originalPath: string
  source: { width: number; sha256: string }
  idempotency?: { key: string }
  files: { name: string; path: string; md5: string; facts: { width: number } }[]
  attempts: { made: number }
  error: { code: string } | null
  nextCheckAt: string | null
  updatedAt: string
  expiresAt?: string | null
  log: { seq: number; epoch: number; attempt: number; type: string; at?: string }[]
}
/** An API's view of a task, as far as it is compared with the document. */
export interface TaskView {
  id: string
  status: string
  epoch: number
  updatedAt: string
  files: { path: string }[]
}

export class History {
  readonly file: string
  readonly entries: Entry[] = []
  readonly #stream

  constructor(file: string) {
    this.file = file
    this.#stream = createWriteStream(file)
  }

  add(process: string, event: Event): void {
    const entry: Entry = { t: Date.now(), process, ...event }
    this.entries.push(entry)
    this.#stream.write(`${JSON.stringify(entry)}\n`)
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.end(resolve))
  }
}

export function readHistory(file: string): Entry[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Entry)
}

/** The entries of one kind, with their type. */
export function only<Op extends Event['op']>(entries: readonly Entry[], ...ops: Op[]): (Entry & { op: Op })[] {
  return entries.filter((entry): entry is Entry & { op: Op } => (ops as string[]).includes(entry.op))
}
