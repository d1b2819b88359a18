import { homedir } from 'node:os'
import { join } from 'node:path'

export interface CliEnv {
  url: string
  key: string | undefined
  /** Signs what is forwarded; a new one for each run by default. */
  webhookSecret: string | undefined
  /** Where unfinished runs are noted. */
  stateFolder: string
}

/** The settings in the environment. A key in the arguments could be seen by every user of the machine. */
export function readEnv(): CliEnv {
  const { DARKROOM_URL, DARKROOM_KEY, DARKROOM_WEBHOOK_SECRET, XDG_STATE_HOME, LOCALAPPDATA } = process.env
  const state = XDG_STATE_HOME || LOCALAPPDATA || join(homedir(), '.local', 'state')
  return {
    url: (DARKROOM_URL || 'http://localhost:3000').replace(/\/+$/, ''),
    key: DARKROOM_KEY || undefined,
    webhookSecret: DARKROOM_WEBHOOK_SECRET || undefined,
    stateFolder: join(state, 'darkroom'),
  }
}
