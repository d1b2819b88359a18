import { rm } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { isResultOf, type JobEnvelope, type KindContract, type StoredFile } from '@darkroom/contracts'
import { parseFailureReason } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import {
  createDiskStorage,
  isStorageError,
  makeFolders,
  StorageError,
  testWrite,
  writeNewFile,
  type DiskStorage,
  type Storage,
} from '@darkroom/storage'
import { allEnded } from './child/all-ended.ts'
import { JobFailure } from './child/job-failure.ts'
import { readFailure, writeFailure } from './child/storage-failure.ts'
import { createScratchFolders } from './scratch-folders.ts'
import type { Workplace } from './workplace.ts'

interface Options {
  /** Where files are stored, other than on the local disk. */
  storage: Storage
  kind: Pick<KindContract, 'reads'>
  /** A local folder. */
  dataDir: string
  log: Logger
}

/**
 * The children work in local folders, one per run, and know no other storage: this process fetches
 * what they read and stores what they make. A run that fails or is killed leaves nothing in the
 * storage but complete files, which the next run makes again.
 */
export function createScratchWorkplace({ storage, kind, dataDir, log }: Options): Workplace {
  const scratch = createScratchFolders(dataDir)
  return {
    run: async (job, { signal }, work) => {
      const folder = await scratch.create().catch((error: unknown) => {
        throw failureHere(error)
      })
      try {
        const local = createDiskStorage(folder)
        for (const key of keysOf(kind, job)) await fetchFile({ from: storage, to: local, key, signal })
        const processed = await work(folder)
        throwIfAborted(signal)
        // Even if one fails, the others read from the folder.
        await allEnded(processed.files.map((file) => storeFile({ from: local, to: storage, file, job })))
        return processed
      } finally {
        // A killed child may hang in the kernel: what it still writes is removed with the rest later.
        await rm(folder, { recursive: true, force: true }).catch((error: unknown) =>
          log.debug({ err: error }, 'scratch folder not removed'),
        )
      }
    },
    check: async () => {
      await makeFolders(scratch.root)
      await testWrite(scratch.root)
      await storage.check()
    },
    tidy: scratch.tidy,
  }
}

function keysOf({ reads }: Options['kind'], job: JobEnvelope): string[] {
  const fields = job as Record<string, unknown>
  return reads.flatMap((name) => fields[name] ?? []).map(String)
}

interface Fetch {
  from: Storage
  to: DiskStorage
  key: string
  signal: AbortSignal | undefined
}

/** Not synced: if the machine fails, the run is repeated elsewhere. */
async function fetchFile({ from, to, key, signal }: Fetch): Promise<void> {
  throwIfAborted(signal)
  const { bytes, stream } = await from.open(key).catch((error: unknown) => {
    throw readFailure(error)
  })
  if (signal) addAbortSignal(signal, stream)
  try {
    assertSize(key, bytes, await writeNewFile(stream, to.resolve(key)))
  } catch (error) {
    stream.destroy()
    throwIfAborted(signal)
    throw failureHere(error)
  }
}

interface Store {
  from: DiskStorage
  to: Storage
  file: StoredFile
  job: JobEnvelope
}

/**
 * The child decodes strangers' bytes, so it is not trusted: a result must be a regular file of its
 * folder, and must not take the place of any other kind of file.
 */
async function storeFile({ from, to, file: { path, bytes }, job }: Store): Promise<void> {
  if (!isResultOf(job.tenant, path))
    throw new JobFailure({ code: 'INTERNAL', message: 'The run made a file with an invalid name', retryable: true })
  try {
    assertSize(path, bytes, (await from.stat(path)).bytes)
    assertSize(path, bytes, (await to.adopt(from.resolve(path), path)).bytes)
  } catch (error) {
    throw failureHere(error)
  }
}

function assertSize(key: string, expected: number, found: number): void {
  if (found !== expected)
    throw new StorageError('STORAGE_FAILED', `${key} should have ${expected} bytes, but has ${found}.`)
}

/** Whatever fails here is not caused by the bytes of the file. */
function failureHere(error: unknown): JobFailure {
  if (error instanceof JobFailure) return error
  if (isStorageError(error) || (error instanceof Error && 'syscall' in error)) return writeFailure(error)
  return new JobFailure(
    { code: 'STORAGE_FAILED', message: 'A file could not be fetched or stored', retryable: true },
    { cause: error },
  )
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new JobFailure(parseFailureReason(String(signal.reason)))
}
