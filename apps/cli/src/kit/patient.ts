import { createDarkroom } from '@darkroom/client'
import type { Shell } from './shell.ts'

/** Enough for a restart of the service, or for a queue that is full for a while. */
const RETRIES = 20

/** For long runs: fails at once if the service cannot be reached now, but waits for it later. */
export async function patient(shell: Shell): Promise<Shell> {
  const { env, darkroom, signal } = shell
  await darkroom.api.GET('/livez', { signal })
  return { ...shell, darkroom: createDarkroom({ ...optionsOf(env), retries: RETRIES }) }
}

export const optionsOf = ({ url, key }: Shell['env']) => ({ url, ...(key !== undefined && { key }) })
