import type { KindContract } from '@darkroom/contracts'

/**
 * What an app makes a worker of. Its engine is in the program of its children, which call
 * `serveJobs`.
 */
export interface WorkerApp {
  kind: KindContract
  /** The children's program; see `programBeside`. Its first argument is the data folder. */
  program: URL
  /** The other arguments. */
  args: readonly string[]
}
