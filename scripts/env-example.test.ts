// .env.example and the Compose files contain exactly the settings that the programs read, with the
// actual defaults. Compose and CI build every program.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { apiEnv, readApiEnv } from '../apps/api/src/env.ts'
import { imageOptimize } from '../packages/contracts/src/kinds/image-optimize.ts'
import { queueNames } from '../packages/messaging/src/names.ts'
import { loadEnv } from '../packages/runtime/src/index.ts'
import { readComposeFile } from './compose-file.ts'
import { WORKER_APPS } from './worker-apps.ts'

const root = join(import.meta.dirname, '..')
const COMPOSE_ONLY = ['MONGO_PASSWORD', 'PUBLISH_ADDRESS', 'API_MEMORY', 'WORKER_MEMORY', 'WORKERS_INTERNAL']
/**
 * A shared worker id for all replicas would be wrong, and the URL of an external Redis says
 * everything.
 */
const NOT_IN_COMPOSE = {
  'docker-compose.yml': ['WORKER_ID'],
  'docker-compose.external.yml': ['WORKER_ID', 'REDIS_HOST', 'REDIS_PORT', 'REDIS_PASSWORD', 'REDIS_DB'],
}
/** No default, because there must be no known password. */
const WITHOUT_DEFAULT = ['REDIS_PASSWORD']

const example = readExample()
const apps = [
  { app: 'api', load: loadApiEnv, names: Object.keys(apiEnv.shape) },
  ...WORKER_APPS.map(({ app, env }) => ({
    app,
    load: () => withoutQueue(loadEnv(env)),
    names: Object.keys(env.shape),
  })),
]
const allNames = [...new Set(apps.flatMap(({ names }) => names))]

afterEach(() => void vi.unstubAllEnvs())

describe('.env.example', () => {
  it('has every setting once, and no other', () => {
    expect([...example.keys()].toSorted()).toEqual([...allNames, ...COMPOSE_ONLY].toSorted())
  })

  it.each(apps)('has the actual defaults of $app [S0.17]', ({ load, names }) => {
    for (const name of allNames) vi.stubEnv(name, '')
    const byItself = load()
    for (const name of names) if (!WITHOUT_DEFAULT.includes(name)) vi.stubEnv(name, example.get(name))
    expect(load()).toEqual(byItself)
  })
})

describe.each(['docker-compose.yml', 'docker-compose.external.yml'] as const)('%s', (file) => {
  const { services } = readComposeFile(join(root, file), { REDIS_PASSWORD: 'x', MONGO_PASSWORD: 'x' })

  it.each(apps)('passes every setting to $app', ({ app, names }) => {
    const passed = Object.keys(services[app]?.environment ?? {})
    expect(names.filter((name) => !NOT_IN_COMPOSE[file].includes(name) && !passed.includes(name))).toEqual([])
  })

  it('builds an image of every app, as CI does', () => {
    const programs = globSync('apps/*/src/main.ts', { cwd: root }).map((path) => path.split(/[\\/]/)[1] ?? '')
    const built = Object.values(services).flatMap(({ build }) => build?.args['APP'] ?? [])
    const builtByCi = /^ +app: \[(.*)\]$/m.exec(read('.github/workflows/ci.yml'))?.[1]?.split(', ')
    expect(built.toSorted()).toEqual(programs.toSorted())
    expect(builtByCi?.toSorted()).toEqual(programs.toSorted())
  })
})

/** The defaults of queue and attempts are the kind's, not part of the environment's schema. */
function loadApiEnv() {
  const { attempts, backoffMs } = imageOptimize.policy
  const { QUEUE_NAME: queue, QUEUE_MAX_RETRIES = attempts, QUEUE_BACKOFF_MS = backoffMs, ...env } = readApiEnv()
  return { ...env, QUEUE_MAX_RETRIES, QUEUE_BACKOFF_MS, names: queueNames({ queue }, imageOptimize) }
}

const withoutQueue = ({ QUEUE_NAME: _queue, ...env }: Record<string, unknown>) => env

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Names and values, whether commented out or not. */
function readExample(): Map<string, string> {
  const lines = read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=(.*)$/gm)
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]))
}
