import type { JobEnvelope } from '@darkroom/contracts'
import { isStorageError, testWrite } from '@darkroom/storage'
import type { Processed } from './child/child-protocol.ts'

/** Where the children read and write files. */
export interface Workplace {
  /**
   * Calls `work` with a data folder for a child that contains the files that the job reads. When it
   * resolves, the files of its result are stored. Rejects with a JobFailure.
   */
  run: (job: JobEnvelope, options: WorkOptions, work: Work) => Promise<Processed>
  /** Rejects, with a message for the operator, if nothing can be stored. */
  check: () => Promise<void>
  /** Removes what this process and dead ones left. */
  tidy: () => Promise<void>
}

interface WorkOptions {
  /** Its reason is a failure reason in text form. */
  signal?: AbortSignal | undefined
}

type Work = (folder: string) => Promise<Processed>

/** The children work in the data folder itself. */
export function createDataFolder(dataDir: string): Workplace {
  return {
    run: (_job, _options, work) => work(dataDir),
    check: () =>
      testWrite(dataDir).catch((error: unknown) => {
        throw isStorageError(error, 'NOT_FOUND')
          ? new Error(`DATA_DIR ${dataDir} does not exist: the API creates it at startup`)
          : error
      }),
    tidy: async () => {},
  }
}
