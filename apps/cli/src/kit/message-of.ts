import { DarkroomError } from '@darkroom/client'
import type { CliEnv } from './env.ts'

/** An error for people: the API tells programs to send a header, and how to use curl. */
export function messageOf(error: unknown, env: CliEnv | undefined): string {
  const { message } = error as Error
  if (!(error instanceof DarkroomError && env)) return message
  if (error.code !== 'KEY_REQUIRED') return withoutCurl(message)
  return env.key === undefined
    ? `${env.url} requires an API key: set DARKROOM_KEY. Operators create keys with \`npm run keys -- create\`.`
    : `${env.url} does not accept the key in DARKROOM_KEY: it is wrong, expired or revoked.`
}

export const withoutCurl = (text: string): string => text.replace(/ With curl,.*$/, '')
