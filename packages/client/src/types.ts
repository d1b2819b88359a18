// Short names for parts of the generated types.
import type { components, paths } from './api-types.ts'

type Schemas = components['schemas']

export type Task = Schemas['Task']
export type AcceptedTask = Schemas['AcceptedTask']
export type ListedTask = Schemas['ListedTask']
export type EndedTask = Task & { status: 'completed' | 'failed' | 'cancelled' | 'expired' }
/** An event of a task. Its `type` tells what `data` contains. */
export type TaskEvent = Schemas['TaskEvent']
/** An event with the id of its task. */
export type AnyTaskEvent = Schemas['AnyTaskEvent']
export type Problem = Schemas['Problem']

/**
 * A code of the API, or one of the client's own: `UNREACHABLE` if there was no response,
 * `INVALID_RESPONSE` if it came from something else than Darkroom, such as a proxy,
 * `FILE_UNREADABLE` if a file could not be read to send it.
 */
export type ErrorCode = Problem['code'] | 'UNREACHABLE' | 'INVALID_RESPONSE' | 'FILE_UNREADABLE'

type CreateBodies = paths['/api/v1/tasks']['post']['requestBody']['content']
/** A file, and the fields that are sent with it. */
export type FileTask = Omit<CreateBodies['multipart/form-data'], 'image'>
/** The input of a kind of task that needs no file. */
export type InputTask = CreateBodies['application/json']
export type NewTask = FileTask | InputTask

type BatchBody = paths['/api/v1/batches']['post']['requestBody']['content']['multipart/form-data']
/** The fields that are the same for all files of a batch. */
export type BatchFields = Omit<BatchBody, 'files'>
/** The result for one file. `batchId` is missing if all files of its request were rejected. */
export type BatchResult = Schemas['BatchItem'] & { file: Blob; batchId?: string }

/** The progress of a batch. */
export type BatchSummary = Schemas['BatchSummary']
/** The same, with its first tasks. */
export type Batch = Schemas['BatchPage']
export type BatchFilter = Omit<NonNullable<paths['/api/v1/batches']['get']['parameters']['query']>, 'page' | 'cursor'>

export type ListFilter = Omit<NonNullable<paths['/api/v1/tasks']['get']['parameters']['query']>, 'page' | 'cursor'>
type DownloadQuery = NonNullable<paths['/api/v1/tasks/{id}/download']['get']['parameters']['query']>
/** Which file of a task; the first one by default. */
export type FileChoice = Pick<DownloadQuery, 'file' | 'resolution'>

export type SignedUrl = Schemas['DownloadUrl']
export type SignedUrlFields = NonNullable<
  paths['/api/v1/tasks/{id}/download-url']['post']['requestBody']
>['content']['application/json']

export interface DarkroomOptions {
  /** Where the API is. In a browser the origin of the page, by default. */
  url?: string
  /** An API key. */
  key?: string
  /** How often a request is repeated after a lost connection or a busy server. */
  retries?: number
  /** Used for all requests; the global `fetch` by default. */
  fetch?: Fetch
}

export type Fetch = (request: Request, init: { signal: AbortSignal }) => Promise<Response>

export interface CallOptions {
  signal?: AbortSignal | null
}

export interface WaitOptions<State = Task> extends CallOptions {
  onChange?: (state: State) => void
}

export interface AllEventsOptions extends CallOptions {
  after?: string
  onMissed?: () => void
}

export interface UploadOptions extends CallOptions {
  /** Requests with the same key create one task: a random one by default. */
  idempotencyKey?: string
  /** Called as bytes are sent, in browsers; elsewhere once all are sent. */
  onProgress?: (sentBytes: number, totalBytes: number) => void
}
