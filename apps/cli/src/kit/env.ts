import { homedir } from 'node:os'
import { join } from 'node:path'
import { WrongUse } from './exit-codes.ts'

export interface CliEnv {
  url: string
  key: string | undefined
  /** Signs what is forwarded; a new one for each run by default. */
  webhookSecret: string | undefined
  /** Where unfinished runs are noted. */
  stateFolder: string
}

/** The settings in the environment. Throws if one is wrong. A key in the arguments could be seen by every user of the machine. */
export function readEnv(): CliEnv {
  const { DARKROOM_URL, DARKROOM_KEY, DARKROOM_WEBHOOK_SECRET, XDG_STATE_HOME, LOCALAPPDATA } = process.env
  const state = XDG_STATE_HOME || LOCALAPPDATA || join(homedir(), '.local', 'state')
  const url = DARKROOM_URL || 'http://localhost:3000'
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new WrongUse(`DARKROOM_URL is ${url}: it must start with http:// or https://, such as http://localhost:3000`)
  return {
    url: url.replace(/\/+$/, ''),
    key: DARKROOM_KEY || undefined,
    webhookSecret: DARKROOM_WEBHOOK_SECRET || undefined,
    stateFolder: join(state, 'darkroom'),
  }
}
