import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parse } from 'dotenv'
import { afterAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { apiEnv } from '../apps/api/src/env.ts'
import { KINDS } from '../packages/contracts/src/kinds/kinds.ts'
import { parseEnv, redisUrl } from '../packages/runtime/src/index.ts'
import { readComposeFile, type ComposeFile } from './compose-file.ts'
import { WORKER_APPS } from './worker-apps.ts'

const MAIN = 'docker-compose.yml'
const EXTERNAL = 'docker-compose.external.yml'
const read = (file: string, env: Record<string, string>): ComposeFile =>
  readComposeFile(join(import.meta.dirname, '..', file), env)

/** Every character that a shell, a URL, YAML or Compose gives a meaning. */
const PASSWORD = 'a$b${c}@:/?#[]%&+ "ü\\=|;'
/** In a `.env` as the comments in .env.example and the documentation ask for. */
const FILLED = {
  [MAIN]: parse(`REDIS_PASSWORD='${PASSWORD}'\nMONGO_PASSWORD=abc123`),
  [EXTERNAL]: parse(
    `REDIS_URL='rediss://darkroom:${encodeURIComponent(PASSWORD)}@redis.test:6380/1'\nMONGODB_URL='mongodb+srv://u:${encodeURIComponent(PASSWORD)}@mongo.test/darkroom'`,
  ),
}
const apps = [{ app: 'api', env: apiEnv }, ...WORKER_APPS]

describe.each([MAIN, EXTERNAL] as const)('%s with a filled .env', (file) => {
  const compose = read(file, FILLED[file])

  it('leaves no variable unset', () => expect(compose.unset).toEqual([]))

  it('has the API and a worker of every kind, each built from its app [S4.14]', () => {
    for (const name of ['api', ...Object.values(KINDS).map(({ worker }) => worker)]) {
      expect(compose.services[name]).toMatchObject({
        build: { context: '.', args: { APP: name } },
        image: `darkroom-${name}`,
        restart: 'unless-stopped',
        read_only: true,
        cap_drop: ['ALL'],
        pids_limit: 4096,
        mem_limit: name === 'api' ? '2g' : '4g',
        volumes: ['data:/data'],
      })
    }
  })

  it('refers to networks, volumes and services that exist', () => {
    for (const { networks = [], volumes = [], depends_on = {} } of Object.values(compose.services)) {
      for (const network of networks) expect([...Object.keys(compose.networks), 'default']).toContain(network)
      for (const volume of volumes.filter((name) => !name.startsWith('.')))
        expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0])
      for (const service of Object.keys(depends_on)) expect(Object.keys(compose.services)).toContain(service)
    }
  })

  it.each(apps)('gives $app a valid environment, with its passwords unchanged', ({ app, env }) => {
    const given = Object.entries(compose.services[app]?.environment ?? {})
    const passed = Object.fromEntries(given.flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
    const url = new URL(redisUrl(parseEnv(env, passed) as Parameters<typeof redisUrl>[0]))
    expect(decodeURIComponent(url.password)).toBe(PASSWORD)
    expect(passed['MONGODB_URL'] === undefined).toBe(app !== 'api')
  })
})

describe('docker-compose.yml', () => {
  it('brings a Redis, with the same password, and a MongoDB', () => {
    const { services } = read(MAIN, FILLED[MAIN])
    expect(services['redis']?.command?.at(-1)).toBe(PASSWORD)
    expect(services['redis']?.environment).toEqual({ REDISCLI_AUTH: PASSWORD })
    expect(services['mongo']?.image).toMatch(/^mongo:/)
  })

  it('does not start without passwords, and says where to set them', () => {
    expect(() => read(MAIN, {})).toThrow(/REDIS_PASSWORD.*set it in \.env/)
    expect(() => read(MAIN, { REDIS_PASSWORD: 'x' })).toThrow(/MONGO_PASSWORD.*set it in \.env/)
  })

  it.each([
    ['image-worker', {}, true],
    ['photo-worker', {}, true],
    ['video-worker', {}, false],
    ['image-worker', { WORKERS_INTERNAL: 'true' }, false],
    ['photo-worker', { WORKERS_INTERNAL: 'true' }, false],
    ['redis', {}, false],
    ['mongo', {}, false],
  ])('gives %s with %j a route out: %s; nobody reaches it from outside', (name, env, hasRoute) => {
    const { services, networks } = read(MAIN, { ...FILLED[MAIN], ...env })
    const { networks: own = ['default'], ports } = services[name] ?? {}
    expect(own).toContain('stores')
    expect(own.some((network) => String(networks[network]?.internal ?? false) === 'false')).toBe(hasRoute)
    expect(ports).toBeUndefined()
  })

  it('uses its own Redis even if .env names another one', () => {
    const { services } = read(MAIN, { ...FILLED[MAIN], REDIS_URL: 'redis://another' })
    expect(services['api']?.environment).toMatchObject({ REDIS_URL: '', REDIS_HOST: 'redis' })
  })
})

describe('docker-compose.external.yml', () => {
  it('brings no store and needs no other file [S4.14]', () => {
    const { services } = read(EXTERNAL, FILLED[EXTERNAL])
    expect(Object.keys(services).toSorted()).toEqual(apps.map(({ app }) => app).toSorted())
    expect(Object.values(services).filter((service) => 'depends_on' in service || 'extends' in service)).toEqual([])
  })

  it.each(apps)('without URLs, $app stops and says which are missing', ({ app, env }) => {
    const { services, unset } = read(EXTERNAL, {})
    expect(unset).toEqual([])
    const { REDIS_URL = '', MONGODB_URL = '' } = services[app]?.environment ?? {}
    const start = () => parseEnv(env, { REDIS_URL: String(REDIS_URL), MONGODB_URL: String(MONGODB_URL) })
    expect(start).toThrow(/REDIS_URL: must look like redis:/)
    if (app === 'api') expect(start).toThrow(/MONGODB_URL: must look like mongodb:/)
  })
})

describe('the secrets in files of docs/security.md', () => {
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'security.md'), 'utf8')
  const added = parseYaml(/^```yaml\n(# secrets\.yml.*?)^```$/ms.exec(page)?.[1] ?? '') as {
    services: ComposeFile['services']
    secrets: Record<string, { file: string }>
  }
  const { services } = read(EXTERNAL, {})
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-secrets-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const contents: Record<string, string> = {
    'redis-url': 'redis://:from-a-file@redis.test:6379',
    'mongodb-url': 'mongodb://u:from-a-file@mongo.test/darkroom',
    'admin-token': 'a-token-from-a-file',
  }
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), `${content}\n`)

  it.each(apps)('reach $app', ({ app, env }) => {
    const { environment = {}, secrets = [] } = added.services[app] as { environment: object; secrets: string[] }
    for (const name of secrets) expect(Object.keys(added.secrets)).toContain(name)
    const files = Object.entries(environment).flatMap(([name, value]) =>
      name.endsWith('_FILE') ? [[name, join(folder, basename(String(value)))]] : [],
    )
    const given = Object.entries({ ...services[app]?.environment, ...environment, ...Object.fromEntries(files) })
    const passed = Object.fromEntries(given.filter(([, value]) => value !== null)) as Record<string, string>
    expect(files.map(([, file = '']) => basename(file)).toSorted()).toEqual(secrets.toSorted())
    expect(parseEnv(env, passed)).toMatchObject({
      REDIS_URL: contents['redis-url'],
      ...(app === 'api' && { MONGODB_URL: contents['mongodb-url'], ADMIN_TOKEN: contents['admin-token'] }),
    })
  })
})
