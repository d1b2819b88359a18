import { existsSync } from 'node:fs'
import { versitygwIn } from './fetch-versitygw.ts'
import { findProgram } from './find-program.ts'
import { cacheFolderFor } from './cache-folder.ts'

/**
 * Why no S3 server of our own can be started on this machine; undefined if it can, or at least be
 * tried.
 */
export function whyNoS3(folder: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const isThere = existsSync(versitygwIn(cacheFolderFor(env, folder)))
  const isPossible = isThere || ['versitygw', 'go'].some((program) => findProgram(program, env) !== undefined)
  return isPossible ? undefined : 'it needs an S3 server: install versitygw, or Go to build it'
}
