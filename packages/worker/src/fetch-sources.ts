import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchedSource, type FetchedSource, type JobEnvelope } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { noneIfMissing, writeHashed, type Storage } from '@darkroom/storage'
import { JobFailure } from './child/job-failure.ts'
import { writeFailure } from './child/storage-failure.ts'
import type { VerdictOf } from './child/read-source.ts'
import { createScratchFolders, type ScratchFolders } from './scratch-folders.ts'
import type { Workplace } from './workplace.ts'
import { runFetch, type FetchSettings } from './run-fetch.ts'

/** What an app knows about the files of its kind. */
export interface SourceReader {
  /** What the header of a file says. */
  inspect: (path: string) => Promise<object>
  verdictOf: VerdictOf
}

interface Options {
  storage: Storage
  reader: SourceReader
  dataDir: string
  fetch: FetchSettings
  log: Logger
}

/** The fields of a job whose original has to be downloaded first. */
interface FetchJob extends JobEnvelope {
  sourceUrl: string
  imagePath: string
}

const isFetchJob = (job: JobEnvelope): job is FetchJob => 'sourceUrl' in job && 'imagePath' in job

/**
 * A workplace to which originals come from URLs: before a run starts, its original is downloaded,
 * inspected and stored like an uploaded one. A later run finds it stored.
 */
export function fetchSources(workplace: Workplace, options: Options): Workplace {
  const scratch = createScratchFolders(options.dataDir)
  return {
    ...workplace,
    run: async (job, { signal }, work) => {
      if (!isFetchJob(job)) return workplace.run(job, { signal }, work)
      const source = await inFolder(scratch, (folder) => fetchTo(join(folder, 'source'), { job, signal, ...options }))
      return { ...(await workplace.run(job, { signal }, work)), source }
    },
    tidy: async () => {
      await Promise.all([workplace.tidy(), scratch.tidy()])
    },
  }
}

async function inFolder<T>(scratch: ScratchFolders, act: (folder: string) => Promise<T>): Promise<T> {
  let folder: string | undefined
  try {
    folder = await scratch.create()
    return await act(folder)
  } catch (error) {
    throw error instanceof JobFailure ? error : writeFailure(error)
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

async function fetchTo(
  path: string,
  { job, signal, storage, reader, fetch, log }: Options & { job: FetchJob; signal: AbortSignal | undefined },
): Promise<FetchedSource> {
  const { sourceUrl: url, imagePath: key, taskId } = job
  const stored = await storage.open(key).catch((error: unknown) => noneIfMissing(error, undefined))
  // An earlier run has stored it, but its result was lost.
  const found = stored ? await writeHashed(stored.stream, path) : await runFetch({ url, path, signal }, fetch)
  const facts = await reader.inspect(path).catch((error: unknown) => {
    const verdict = reader.verdictOf(error)
    throw verdict === undefined ? error : new JobFailure({ ...verdict, retryable: false }, { cause: error })
  })
  if (!stored) {
    await storage.adopt(path, key, found)
    log.info({ taskId, bytes: found.bytes }, 'original downloaded')
  }
  return fetchedSource.parse({ ...found, ...facts })
}
