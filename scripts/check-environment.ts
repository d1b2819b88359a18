import { EnvError, parseEnv } from '../packages/runtime/src/index.ts'
import { apiEnv } from '../apps/api/src/env.ts'
import type { StartOptions } from './start-options.ts'
import { WORKER_APPS, workerAppsOf } from './worker-apps.ts'

/** Variables that only Compose uses. */
const COMPOSE_NAMES = ['MONGO_PASSWORD', 'PUBLISH_ADDRESS']

export const SETTING_NAMES: readonly string[] = [
  ...Object.keys(apiEnv.shape),
  ...WORKER_APPS.flatMap(({ env }) => Object.keys(env.shape)),
  ...COMPOSE_NAMES,
]

/**
 * Checks the environment of all processes that are about to start, before any of them is started.
 * @throws EnvError with the errors of all of them in one list.
 */
export function checkEnvironment(
  env: NodeJS.ProcessEnv,
  { api, workers, kinds }: Pick<StartOptions, 'api' | 'workers' | 'kinds'>,
): void {
  const schemas = [...(api ? [apiEnv] : []), ...(workers > 0 ? workerAppsOf(kinds).map(({ env }) => env) : [])]
  const faults = schemas.flatMap((schema) => faultsOf(() => parseEnv(schema, env)))
  if (faults.length > 0) throw new EnvError([...new Set(faults)])
}

function faultsOf(parse: () => unknown): readonly string[] {
  try {
    parse()
    return []
  } catch (error) {
    if (error instanceof EnvError) return error.faults
    throw error
  }
}
