import { DarkroomError } from './darkroom-error.ts'
import type { components } from './api-types.ts'
import type { BatchResult } from './types.ts'

const MOST_FILES = 100
const MOST_BYTES = 64 * 1024 * 1024

type Sent = components['schemas']['AcceptedBatch']
type Problem = components['schemas']['BatchProblem']

/** Sends any number of files, as many at a time as a request may have. Results have their order. */
export async function* sendInParts(
  files: Iterable<Blob> | AsyncIterable<Blob>,
  send: (part: Blob[]) => Promise<Sent>,
): AsyncGenerator<BatchResult> {
  for await (const part of partsOf(files)) yield* resultsOf(part, send)
}

async function* partsOf(files: Iterable<Blob> | AsyncIterable<Blob>): AsyncGenerator<Blob[]> {
  let part: Blob[] = []
  let bytes = 0
  for await (const file of files) {
    if (part.length === MOST_FILES || (part.length > 0 && bytes + file.size > MOST_BYTES)) {
      yield part
      part = []
      bytes = 0
    }
    part.push(file)
    bytes += file.size
  }
  if (part.length > 0) yield part
}

async function* resultsOf(part: Blob[], send: (part: Blob[]) => Promise<Sent>): AsyncGenerator<BatchResult> {
  const { batchId, items } = await send(part).catch((error: unknown) => itemsOf(error, part.length))
  if (items) yield* part.map((file, at) => ({ file, ...(batchId && { batchId }), ...items[at] }) as BatchResult)
  else {
    // The limits of this installation are lower.
    const middle = Math.ceil(part.length / 2)
    yield* resultsOf(part.slice(0, middle), send)
    yield* resultsOf(part.slice(middle), send)
  }
}

/** The results if each file was refused; none if there were too many of them. */
function itemsOf(error: unknown, count: number): { batchId?: string; items?: Sent['items'] } {
  if (!(error instanceof DarkroomError)) throw error
  if (count > 1 && (error.code === 'BATCH_TOO_LARGE' || error.code === 'TOO_MANY_FILES')) return {}
  const { items } = (error.problem ?? {}) as Partial<Problem>
  if (items) return { items }
  throw error
}
