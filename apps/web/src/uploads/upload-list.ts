import type { Task } from '@darkroom/contracts'
import { newKey } from '../api/new-key.ts'
import { ProblemError } from '../api/problem-error.ts'
import { isUnreachable } from '../api/request.ts'
import { sendFile } from './send-file.ts'
import { isEnded, isSettled, type Upload, type UploadState } from './upload.ts'

/** Browsers open six connections to a server: the other half is for everything else. */
const AT_ONCE = 3
const FIRST_DELAY_MS = 1000
const MAX_DELAY_MS = 30_000
/** Answers that are about the moment, not about the photo. */
const FOR_NOW = [408, 425, 429, 502, 503, 504]
const FOR_NOW_CODES = ['IDEMPOTENCY_IN_FLIGHT']
/** A quota lasts for hours. */
const NOT_FOR_NOW_CODES = ['QUOTA_EXCEEDED']

/** The photos of this visit, in the order in which they were added, and their way to the server. */
export class UploadList {
  #uploads = new Map<number, Upload>()
  #order: readonly number[] = []
  #listeners = new Set<() => void>()
  #sending = new Map<number, AbortController>()
  #lastId = 0
  #onAccepted: (task: Task) => void = () => {}
  #isTold = true

  /** Called for every task that was created or restarted here. */
  onAccepted(listener: (task: Task) => void): void {
    this.#onAccepted = listener
  }

  /** The newest photos come first, those of one drop in their order. */
  add = (files: readonly File[], fields: Upload['fields'] = {}): void => {
    const added = files.map((file): Upload => ({
      id: ++this.#lastId,
      key: newKey(),
      file,
      fields,
      state: { step: 'queued' },
    }))
    for (const upload of added) this.#uploads.set(upload.id, upload)
    this.#order = [...added.map(({ id }) => id), ...this.#order]
    this.#tell()
    this.#sendNext()
  }

  /** Sends a refused photo again, as a new request. */
  sendAgain(id: number): void {
    const upload = this.#uploads.get(id)
    if (upload?.state.step !== 'refused') return
    this.#uploads.set(id, { ...upload, key: newKey(), state: { step: 'queued' } })
    this.#tell()
    this.#sendNext()
  }

  /** Takes a photo off the list. If it is being sent, that ends; a task is not affected. */
  remove(id: number): void {
    this.#sending.get(id)?.abort()
    this.#uploads.delete(id)
    this.#order = this.#order.filter((other) => other !== id)
    this.#tell()
  }

  removeSettled(): void {
    for (const upload of [...this.#uploads.values()]) if (isSettled(upload)) this.#uploads.delete(upload.id)
    this.#order = this.#order.filter((id) => this.#uploads.has(id))
    this.#tell()
  }

  /** A newer state of a task; undefined if it was deleted. */
  taskChanged(taskId: string, task: Task | undefined): void {
    for (const upload of this.#uploads.values()) {
      if (upload.state.step !== 'accepted' || upload.state.task.id !== taskId) continue
      if (!task) return this.remove(upload.id)
      const isRestarted = isEnded(upload.state.task) && !isEnded(task)
      this.#set(upload.id, { step: 'accepted', task: { ...upload.state.task, ...task } })
      if (isRestarted) this.#onAccepted(task)
    }
  }

  /** The key in use may not read the task. */
  taskUnreadable(taskId: string): void {
    for (const { id, state } of this.#uploads.values())
      if (state.step === 'accepted' && state.task.id === taskId) this.#set(id, { step: 'unreadable' })
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  order = (): readonly number[] => this.#order
  get = (id: number): Upload | undefined => this.#uploads.get(id)
  all = (): Upload[] => [...this.#uploads.values()]

  #sendNext(): void {
    for (const upload of this.#uploads.values()) {
      if (this.#sending.size >= AT_ONCE) return
      if (upload.state.step === 'queued' && !this.#sending.has(upload.id)) void this.#send(upload)
    }
  }

  async #send({ id, key, file, fields }: Upload): Promise<void> {
    const leaving = new AbortController()
    this.#sending.set(id, leaving)
    const onSent = (sent: number): void => this.#set(id, { step: 'sending', sent })
    for (let delayMs = FIRST_DELAY_MS; !leaving.signal.aborted; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
      onSent(0)
      try {
        const task = await sendFile({ file, fields, key, onSent, signal: leaving.signal })
        this.#set(id, task ? { step: 'accepted', task } : { step: 'unreadable' })
        if (task && !isEnded(task)) this.#onAccepted(task)
        break
      } catch (error) {
        if (leaving.signal.aborted) break
        const next = afterFault(error)
        this.#set(id, next)
        if (next.step === 'refused') break
        const wantedMs = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0
        await untilOnlineOr(Math.max(delayMs, wantedMs), leaving.signal)
      }
    }
    this.#sending.delete(id)
    this.#sendNext()
  }

  #set(id: number, state: UploadState): void {
    const upload = this.#uploads.get(id)
    if (!upload) return
    this.#uploads.set(id, { ...upload, state })
    this.#tell()
  }

  /** Many changes at once are one for the page. */
  #tell(): void {
    if (!this.#isTold) return
    this.#isTold = false
    setTimeout(() => {
      this.#isTold = true
      for (const listener of this.#listeners) listener()
    }, TELL_MS)
  }
}
const TELL_MS = 30

function afterFault(error: unknown): UploadState {
  if (isUnreachable(error)) return { step: 'interrupted', why: 'offline' }
  if (!(error instanceof ProblemError)) return { step: 'refused', code: '', message: String(error), needsKey: false }
  const { status, code, message, retryAfterMs } = error
  const isForNow = FOR_NOW.includes(status) || FOR_NOW_CODES.includes(code)
  if (isForNow && !NOT_FOR_NOW_CODES.includes(code)) return { step: 'interrupted', why: 'busy' }
  const againAt = retryAfterMs === undefined ? {} : { againAt: new Date(Date.now() + retryAfterMs) }
  return { step: 'refused', code, message, needsKey: status === 401, ...againAt }
}

/** Waits, but no longer than until the connection is back or the signal is aborted. */
function untilOnlineOr(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController()
    const end = (): void => {
      clearTimeout(timer)
      over.abort()
      resolve()
    }
    const timer = setTimeout(end, ms)
    addEventListener('online', end, { signal: over.signal })
    signal.addEventListener('abort', end, { signal: over.signal })
  })
}
