import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './api-types.ts'
import { sendInParts } from './batches.ts'
import { toDarkroomError } from './darkroom-error.ts'
import { withRetries } from './retry.ts'
import { resumed } from './server-sent.ts'
import type * as Types from './types.ts'
import { randomKey, sendForm } from './upload.ts'

type Call = Types.CallOptions

const RETRIES = 8
const WAIT_SECONDS = 30
const PAGE = 100
const FINAL: readonly string[] = ['completed', 'failed', 'cancelled', 'expired']

/** A client of the API at `url`. */
export const createDarkroom = (options: Types.DarkroomOptions = {}): Darkroom => new Darkroom(options)

/** All methods throw a `DarkroomError` if a request is refused. */
export class Darkroom {
  /** All other routes, typed: `api.GET('/api/v1/queues')`. With the same retries and errors. */
  readonly api: Client<paths>
  readonly #send: Types.Fetch
  readonly #retries: number

  constructor({ url = '', key, retries = RETRIES, fetch: send }: Types.DarkroomOptions) {
    this.#send = send ?? ((request, init) => fetch(request, init))
    this.#retries = retries
    this.api = createClient<paths>({
      baseUrl: url,
      ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
      fetch: withRetries(this.#send, retries),
    })
    this.api.use({
      onResponse: async ({ response }) => {
        if (!response.ok && response.status !== 304) throw await toDarkroomError(response)
      },
    })
  }

  /** Creates a task, from a file or from the input of its kind. */
  create(task: Types.NewTask, options: Types.UploadOptions = {}): Promise<Types.AcceptedTask> {
    const how = 'file' in task ? this.#uploading(task, options) : this.#once(options)
    return dataOf(this.api.POST('/api/v1/tasks', { body: task, ...how }))
  }

  async createAndWait(task: Types.NewTask, options: Types.UploadOptions = {}): Promise<Types.EndedTask> {
    return this.wait((await this.create(task, options)).id, options)
  }

  /**
   * Creates a task for each file, in as many requests as it takes. A refused file is a result as
   * well.
   */
  createBatch(
    files: Iterable<Blob> | AsyncIterable<Blob>,
    fields: Types.BatchFields = {},
    call: Call = {},
  ): AsyncGenerator<Types.BatchResult> {
    return sendInParts(files, (part) => {
      const body = { ...fields, files: part }
      return dataOf(this.api.POST('/api/v1/batches', { body, ...this.#uploading(body, call) }))
    })
  }

  get(id: string, { signal = null }: Call = {}): Promise<Types.Task> {
    return dataOf(this.api.GET('/api/v1/tasks/{id}', { params: { path: { id } }, signal }))
  }

  /** Waits until a task has ended. `onChange` is called with each state of it that was seen. */
  wait(id: string, { signal = null, onChange }: Types.WaitOptions = {}): Promise<Types.EndedTask> {
    const ask = (wait: number, header: Known) =>
      this.api.GET('/api/v1/tasks/{id}', { params: { path: { id }, query: { wait }, header }, signal })
    return ended(ask, (task): task is Types.EndedTask => FINAL.includes(task.status), onChange)
  }

  /** The past and future events of a task until it has ended; resumes after a lost connection. */
  events(id: string, { signal = null }: Call = {}): AsyncGenerator<Types.TaskEvent> {
    const connect = (last: string | undefined) =>
      this.api.GET('/api/v1/tasks/{id}/events', {
        params: { path: { id }, ...resumeAfter(last) },
        ...asStream(signal),
      })
    return resumed<Types.TaskEvent>(connect, signal)
  }

  /** All batches that match, newest first, with their progress. */
  batches(filter: Types.BatchFilter = {}, { signal = null }: Call = {}): AsyncGenerator<Types.BatchSummary> {
    return itemsOf((page) =>
      this.api.GET('/api/v1/batches', { params: { query: { limit: PAGE, ...filter, ...page } }, signal }),
    )
  }

  /** Waits until all tasks of a batch have ended. `onChange` is called with each state that was seen. */
  waitBatch(id: string, { signal = null, onChange }: Types.WaitOptions<Types.Batch> = {}): Promise<Types.Batch> {
    const ask = (wait: number, header: Known) =>
      this.api.GET('/api/v1/batches/{id}', { params: { path: { id }, query: { wait }, header }, signal })
    return ended(ask, (batch): batch is Types.Batch => batch.status === 'completed', onChange)
  }

  /** The past and future events of all tasks of a batch until the last has ended; resumes as well. */
  batchEvents(id: string, { signal = null }: Call = {}): AsyncGenerator<Types.AnyTaskEvent> {
    const connect = (last: string | undefined) =>
      this.api.GET('/api/v1/batches/{id}/events', {
        params: { path: { id }, ...resumeAfter(last) },
        ...asStream(signal),
      })
    return resumed<Types.AnyTaskEvent>(connect, signal)
  }

  /** Where the events of all tasks are now. */
  async position({ signal = null }: Call = {}): Promise<string> {
    const page = await dataOf(this.api.GET('/api/v1/events', { signal }))
    return (page as { next: string }).next
  }

  /**
   * What happens to all tasks, after a position or from now on. Resumes after a lost connection;
   * `onMissed` is called if there were more events meanwhile than the API keeps.
   */
  async *allEvents({
    signal = null,
    after,
    onMissed,
  }: Types.AllEventsOptions = {}): AsyncGenerator<Types.AnyTaskEvent> {
    const start = after ?? (await this.position({ signal }))
    const connect = (last = start) =>
      this.api.GET('/api/v1/events', {
        params: resumeAfter(last),
        ...asStream(signal),
      })
    for await (const event of resumed<Types.AnyTaskEvent | object>(connect, signal))
      if ('taskId' in event) yield event
      else onMissed?.()
  }

  /** All tasks that match, newest first; pages are read as they are needed. */
  list(filter: Types.ListFilter = {}, { signal = null }: Call = {}): AsyncGenerator<Types.ListedTask> {
    return itemsOf((page) =>
      this.api.GET('/api/v1/tasks', { params: { query: { limit: PAGE, ...filter, ...page } }, signal }),
    )
  }

  /** A file of a task, as a response whose body is yet to be read. */
  async download(id: string, query: Types.FileChoice = {}, { signal = null }: Call = {}): Promise<Response> {
    const params = { path: { id }, query }
    return (await this.api.GET('/api/v1/tasks/{id}/download', { params, parseAs: 'stream', signal })).response
  }

  /** A URL that anyone can download a file from until it expires. */
  signUrl(id: string, body: Types.SignedUrlFields = {}, { signal = null }: Call = {}): Promise<Types.SignedUrl> {
    return dataOf(this.api.POST('/api/v1/tasks/{id}/download-url', { params: { path: { id } }, body, signal }))
  }

  cancel(id: string, { signal = null }: Call = {}): Promise<Types.Task> {
    return dataOf(this.api.POST('/api/v1/tasks/{id}/cancel', { params: { path: { id } }, signal }))
  }

  /** Restarts a task that has ended. */
  retry(id: string, { signal = null }: Call = {}): Promise<Types.Task> {
    return dataOf(this.api.POST('/api/v1/tasks/{id}/retry', { params: { path: { id } }, signal }))
  }

  /** Deletes a task with all of its files. */
  async remove(id: string, { signal = null }: Call = {}): Promise<void> {
    await this.api.DELETE('/api/v1/tasks/{id}', { params: { path: { id } }, signal })
  }

  /** A request that is repeated with the same key, and therefore creates one task. */
  #once({ idempotencyKey = randomKey(), signal = null }: Types.UploadOptions) {
    return { headers: { 'Idempotency-Key': idempotencyKey }, signal }
  }

  #uploading(fields: object, options: Types.UploadOptions) {
    const send = withRetries(sendForm(fields, this.#send, options), this.#retries)
    return { ...this.#once(options), bodySerializer: () => undefined, fetch: send }
  }
}

const asStream = (signal: AbortSignal | null) =>
  ({ headers: { accept: 'text/event-stream' }, parseAs: 'stream', signal }) as const

const resumeAfter = (last: string | undefined) => (last === undefined ? {} : { header: { 'Last-Event-ID': last } })

/** Errors have been thrown already, so there is data. */
async function dataOf<Data>(answer: Promise<{ data?: Data }>): Promise<NonNullable<Data>> {
  return (await answer).data as NonNullable<Data>
}

interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

async function* itemsOf<Item>(
  ask: (page: { cursor?: string }) => Promise<{ data?: Page<Item> }>,
): AsyncGenerator<Item> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<Item> = await dataOf(ask(cursor === undefined ? {} : { cursor }))
    yield* page.items
    cursor = page.nextCursor
  }
}

interface Known {
  'If-None-Match'?: string
}

async function ended<State, Ended extends State>(
  ask: (wait: number, header: Known) => Promise<{ data?: State; response: Response }>,
  hasEnded: (state: State) => state is Ended,
  onChange: ((state: State) => void) | undefined,
): Promise<Ended> {
  const header: Known = {}
  for (let seconds = 0; ; seconds = WAIT_SECONDS) {
    const { data, response } = await ask(seconds, header)
    if (data) onChange?.(data)
    if (data && hasEnded(data)) return data
    const etag = response.headers.get('etag')
    if (etag !== null) header['If-None-Match'] = etag
  }
}
