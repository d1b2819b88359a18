import type { SourceReader } from './fetch-sources.ts'
import type { KindContract, Outcome } from '@darkroom/contracts'
import type { Registry } from '@prometheus-io/client'

/**
 * What an app provides to create a worker. Its engine is in the children's program, which calls
 * `serveJobs`.
 */
export interface WorkerApp {
  kind: KindContract
  /** The children's program; see `programBeside`. */
  program: URL
  args: readonly string[]
  /**
   * Rejects, with a message for the operator, while this machine lacks something that the jobs need
   * besides the storage.
   */
  check?: () => Promise<void>
  /** Of a kind whose originals may have to be downloaded. */
  source?: SourceReader
  /** Adds metrics of its own. The returned function receives the outcome of each run. */
  watch?: (registry: Registry) => (outcome: Outcome) => void
}
