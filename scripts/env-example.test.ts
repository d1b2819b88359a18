// .env.example and docker-compose.yml contain exactly the settings that the programs read, with the
// actual defaults. Compose and CI build every program.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { apiEnv, readApiEnv } from '../apps/api/src/env.ts'
import { imageOptimize } from '../packages/contracts/src/kinds/image-optimize.ts'
import { queueNames } from '../packages/messaging/src/names.ts'
import { loadEnv } from '../packages/runtime/src/index.ts'
import { WORKER_APPS } from './worker-apps.ts'

const root = join(import.meta.dirname, '..')
const COMPOSE_ONLY = ['MONGO_PASSWORD', 'PUBLISH_ADDRESS']
/**
 * Compose configures Redis with its single settings, and a shared worker id for all replicas would
 * be wrong.
 */
const NOT_IN_COMPOSE = ['REDIS_URL', 'WORKER_ID']
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

describe('docker-compose.yml', () => {
  it.each(apps)('passes every setting to $app', ({ app, names }) => {
    const environment = withMerged(section(app))
    const missing = names.filter(
      (name) => !NOT_IN_COMPOSE.includes(name) && !new RegExp(`^ +${name}:`, 'm').test(environment),
    )
    expect(missing).toEqual([])
  })

  it('builds an image of every app, as CI does', () => {
    const programs = globSync('apps/*/src/main.ts', { cwd: root }).map((path) => path.split(/[\\/]/)[1] ?? '')
    const built = [...read('docker-compose.yml').matchAll(/args: \{ APP: ([\w-]+) \}/g)].map(([, app = '']) => app)
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

/** A section with the sections that it merges. */
function withMerged(text: string): string {
  const merged = [...text.matchAll(/<<: \*(queue|worker)$/gm)].map(([, name]) => withMerged(section(`x-${name}`)))
  return text + merged.join('')
}

/** A section of the Compose file: from its key to the next key at the same depth. */
function section(key: string): string {
  const match = new RegExp(`^( *)${key}:(?: &\\w+)?\\n((?:\\1 +.*\\n|\\n)+)`, 'm').exec(read('docker-compose.yml'))
  return match?.[2] ?? ''
}
