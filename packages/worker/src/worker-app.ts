import type { KindContract } from '@darkroom/contracts'

/**
 * What an app provides to create a worker. Its engine is in the children's program, which calls
 * `serveJobs`.
 */
export interface WorkerApp {
  kind: KindContract
  /** The children's program; see `programBeside`. */
  program: URL
  args: readonly string[]
}
