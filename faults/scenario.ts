import type { Rig } from './driver.ts'
import type { Patch } from './tree.ts'

/** One fault, its numbers, and how the system is built for it. */
export interface Scenario {
  /** `fi-01`. */
  name: string
  title: string
  /** Part of the quick profile. */
  quick: boolean
  /** Its times mean nothing while another scenario takes the processors, too. */
  alone?: boolean
  tasks: { quick: number; long: number }
  /**
   * Changes to the sources that bring the fault about: a crash at a line, a poisoned image. `flags`
   * is a folder for their switches.
   */
  patches?: (flags: string) => Patch[]
  /** Added to the environment of the processes. */
  apiEnv?: NodeJS.ProcessEnv
  workerEnv?: NodeJS.ProcessEnv
  /** Added to the environment of one process, by its name. `folder` is the scenario's own. */
  envOf?: (name: string, folder: string) => NodeJS.ProcessEnv
  apis?: number
  workers?: number
  /**
   * Everything is started by `npm start` alone, stores and all. There are no proxies then, and no
   * processes to hold.
   */
  throughStart?: boolean
  /** After the last fault the system must be at rest within this time. */
  restMs?: number
  /** Mount of this many bytes for the data folder. */
  diskBytes?: number
  /** Says why it cannot be run on this machine. */
  skip?: () => string | undefined
  /** Makes load and faults; returns when the last fault is over. */
  run: (rig: Rig, tasks: number) => Promise<void>
}
