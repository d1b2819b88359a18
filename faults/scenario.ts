import type { Rig } from './driver.ts'
import type { Patch } from './tree.ts'

/** From small to large: each includes those before it. Only `long` has the full sizes. */
export const PROFILES = ['ci', 'quick', 'long'] as const

export type Profile = (typeof PROFILES)[number]

/** One fault, its parameters, and the configuration of the system for it. */
export interface Scenario {
  /** `fi-01`. */
  name: string
  title: string
  /** The smallest profile that it is part of. */
  profile: Profile
  /** Its measurements are meaningless while another scenario uses the CPU. */
  alone?: boolean
  tasks: { quick: number; long: number }
  /**
   * Patches of the sources that inject the fault: a crash at a line, a poisoned image. `flags` is a
   * folder for their flag files.
   */
  patches?: (flags: string) => Patch[]
  /** Added to the environment of all processes. */
  apiEnv?: NodeJS.ProcessEnv
  workerEnv?: NodeJS.ProcessEnv
  /** Added to the environment of one process, by name. `folder` is the scenario's own. */
  envOf?: (name: string, folder: string) => NodeJS.ProcessEnv
  apis?: number
  workers?: number
  /**
   * Everything is started by `npm start` alone, including the stores. Then there are no proxies,
   * and no processes to control.
   */
  throughStart?: boolean
  /** The system must be idle within this time after the last fault. */
  restMs?: number
  /** Files are stored in a bucket of an S3 server, not in the data folder. */
  inBucket?: boolean
  /** The size in bytes of a separate mount for the data folder. */
  diskBytes?: number
  /** Returns the reason why it cannot run on this machine. */
  skip?: () => string | undefined
  /** Creates load and faults; returns after the last fault. */
  run: (rig: Rig, tasks: number) => Promise<void>
}
