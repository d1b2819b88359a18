// The layers: what each package and each room of the API may import, and who may use which library.
// `scripts/shape.ts` checks every import against these lists. Turbo boundaries check that packages
// are declared as dependencies.
import { dirname, matchesGlob, relative } from 'node:path/posix'

/** All packages and apps, and which of our packages each may import. */
const PACKAGES: Record<string, readonly string[]> = {
  'apps/web': ['contracts'],
  'apps/api': ['contracts', 'images', 'messaging', 'outgoing', 'runtime', 'storage', 'videos'],
  'apps/cli': ['client'],
  'apps/image-worker': ['contracts', 'images', 'messaging', 'runtime', 'storage', 'worker'],
  'apps/photo-worker': ['bibs', 'contracts', 'images', 'messaging', 'runtime', 'storage', 'worker'],
  'apps/video-worker': ['contracts', 'images', 'messaging', 'runtime', 'storage', 'videos', 'worker'],
  'packages/worker': ['contracts', 'messaging', 'outgoing', 'runtime', 'storage'],
  'packages/messaging': ['contracts'],
  'packages/runtime': [],
  'packages/outgoing': [],
  'packages/storage': [],
  'packages/bibs': ['images'],
  'packages/images': [],
  'packages/videos': [],
  'packages/contracts': [],
  'packages/client': [],
  'packages/local-services': [],
  'packages/testing': [],
}

const API = 'apps/api/src'

/**
 * The rooms of the API from top to bottom, and the lower ones that each may import. A name with an
 * extension is that of a file.
 */
const ROOMS: Record<string, readonly string[] | 'all below'> = {
  'main.ts': 'all below',
  'api.ts': 'all below',
  'front.ts': 'all below',
  'rooms.ts': 'all below',
  'connections.ts': ['env.ts', 'mongo'],
  'mediator.ts': [
    'applying',
    'following',
    'batches',
    'dead-letters',
    'stats',
    'removal',
    'photos',
    'tasks/commands',
    'tasks/queries',
    'queues',
    'keys',
    'audit',
    'usage',
    'send.ts',
  ],
  'manage-keys.ts': ['env.ts', 'keys', 'audit', 'mongo'],
  'migrate.ts': ['env.ts', 'mongo/migrations', 'mongo'],
  'find-page.ts': [],
  'env.ts': ['removal', 'tasks/queries', 'http'],
  // The document is generated from the routes.
  'routes/page': ['http'],
  'routes/docs': ['routes', 'routes/admin', 'uploads', 'http', 'http/openapi', 'app-error.ts'],
  // The jobs API as messages.
  sockets: ['routes', 'following', 'tasks/queries', 'tasks', 'to-app-error.ts', 'http', 'app-error.ts', 'send.ts'],
  // A route sends commands and queries, and speaks HTTP.
  routes: [
    'routes/admin',
    'uploads/staged',
    'uploads',
    'kinds',
    'assets',
    'following',
    'batches',
    'dead-letters',
    'stats',
    'installation',
    'removal',
    'photos',
    'webhooks',
    'tasks/commands',
    'tasks/queries',
    'tasks',
    'queues',
    'keys',
    'audit',
    'usage',
    'http',
    'http/openapi',
    'app-error.ts',
    'send.ts',
    'ground',
  ],
  'routes/admin': ['keys', 'http', 'app-error.ts'],
  // Uploads in several requests end like the others.
  'uploads/staged': ['uploads', 'tasks/commands', 'tasks', 'http', 'app-error.ts', 'send.ts', 'ground'],
  // An upload ends in a command.
  uploads: [
    'batches',
    'installation',
    'tasks/commands',
    'tasks',
    'to-app-error.ts',
    'http',
    'app-error.ts',
    'send.ts',
    'ground',
  ],
  // Documents and queue are kept in step by commands.
  sync: ['applying', 'following', 'batches', 'tasks', 'mongo', 'send.ts', 'ground'],
  // What is specific to a kind: what it accepts, does and returns.
  kinds: ['assets', 'tasks', 'http', 'app-error.ts'],
  assets: ['app-error.ts'],
  keys: ['mongo', 'app-error.ts'],
  notifications: ['webhooks', 'tasks', 'app-error.ts'],
  webhooks: ['batches', 'tasks', 'mongo', 'app-error.ts', 'ground'],
  audit: ['mongo'],
  usage: ['tasks', 'mongo', 'app-error.ts', 'ground'],
  applying: ['tasks', 'mongo', 'ground'],
  following: ['batches', 'tasks', 'app-error.ts', 'ground'],
  batches: ['tasks/commands', 'tasks', 'mongo', 'app-error.ts', 'ground'],
  'dead-letters': ['tasks', 'mongo', 'app-error.ts'],
  stats: ['removal', 'tasks', 'estimates', 'mongo', 'app-error.ts', 'ground'],
  metrics: ['removal', 'tasks', 'estimates', 'ground'],
  installation: ['tasks', 'mongo'],
  removal: ['tasks', 'mongo', 'app-error.ts', 'send.ts', 'ground'],
  photos: ['tasks', 'mongo', 'app-error.ts', 'ground'],
  'tasks/commands': ['tasks', 'mongo', 'app-error.ts'],
  'tasks/queries': ['tasks', 'mongo', 'app-error.ts', 'ground'],
  tasks: ['estimates', 'app-error.ts', 'ground'],
  queues: ['app-error.ts'],
  estimates: ['ground'],
  'mongo/migrations': ['mongo', 'ground'],
  'to-app-error.ts': ['http', 'mongo', 'app-error.ts'],
  http: ['http/openapi', 'app-error.ts', 'ground'],
  'http/openapi': [],
  mongo: [],
  'app-error.ts': [],
  'send.ts': [],
  ground: [],
}
const FROM_THE_TOP = Object.keys(ROOMS)

/** Rooms with commands and queries. */
const WITH_HANDLERS =
  '{applying,following,batches,dead-letters,stats,removal,photos,queues,keys,audit,usage,tasks/commands,tasks/queries}'

/** Libraries that only some files may import. */
const HOMES: Record<string, readonly string[]> = {
  express: [
    `${API}/{http,routes,routes/admin,routes/docs,routes/page,sockets,uploads,uploads/staged}/*`,
    `${API}/{api,front}.ts`,
  ],
  'socket.io': [`${API}/sockets/*`],
  multer: [`${API}/uploads/*`],
  'express-rate-limit': [`${API}/http/*`],
  'rate-limit-redis': [`${API}/http/*`],
  mongoose: [`${API}/**/*-store.ts`, `${API}/tasks/task-model.ts`, `${API}/mongo/*`],
  bullmq: ['packages/messaging/src/**', `${API}/sync/*`],
  'cron-parser': [`${API}/removal/*`],
  jose: [`${API}/keys/*`],
  'mediatr-ts': [`${API}/{mediator,send}.ts`, `${API}/${WITH_HANDLERS}/!(*-store).ts`],
  '@aws-sdk/client-s3': ['packages/storage/src/s3-*.ts'],
  '@aws-sdk/lib-storage': ['packages/storage/src/s3-*.ts'],
  '@aws-sdk/s3-request-presigner': ['packages/storage/src/s3-*.ts'],
  nodemailer: [`${API}/notifications/*`],
  standardwebhooks: [`${API}/webhooks/*`],
  undici: ['packages/outgoing/src/**'],
  sharp: ['packages/images/src/**', 'packages/testing/src/**'],
}

/** Files that may import only these libraries. */
const ONLY: Record<string, RegExp> = {
  // A browser must be able to load it.
  'packages/contracts/src/**': /^zod$/,
  // Bytes in, variants out.
  'packages/images/src/**': /^(sharp|thumbhash|node:.*)$/,
  // For Node and browsers, with a single dependency.
  'packages/client/src/**': /^openapi-fetch$/,
  // A photo in, numbers out.
  'packages/bibs/src/**': /^(@darkroom\/images|@gutenye\/ocr-models\/node|onnxruntime-node|node:.*)$/,
  // The state machine is pure.
  [`${API}/tasks/task.ts`]: /^@darkroom\/contracts$/,
}

export interface ImportingFile {
  path: string
  isTest: boolean
  /** Files, from the root of the repository. */
  imports: readonly string[]
  /** All other imports, as written in the file. */
  libraries: readonly string[]
}

/** The imports that break a layer, and why. Tests may import anything but an app. */
export function brokenLayers(files: readonly ImportingFile[]): string[] {
  const broken = files.flatMap((file) => [...libraryFaults(file), ...(file.isTest ? [] : roomFaults(file))])
  return [...tableFaults(), ...broken]
}

function libraryFaults({ path, isTest, libraries }: ImportingFile): string[] {
  const owner = path.split('/').slice(0, 2).join('/')
  const ours = PACKAGES[owner]
  if (!ours) return [`${path}: ${owner} is not listed in PACKAGES`]
  const faultOf = (name: string): string | undefined => {
    const [, scoped] = /^@darkroom\/([^/]+)/.exec(name) ?? []
    if (scoped !== undefined && PACKAGES[`apps/${scoped}`]) return 'nothing may import an app'
    if (isTest) return undefined
    if (scoped !== undefined && !ours.includes(scoped)) return `${owner} may not import ${scoped}`
    const home = HOMES[name]
    if (home && !home.some((glob) => matchesGlob(path, glob))) return `only ${home.join(', ')} may import it`
    const only = Object.entries(ONLY).find(([glob]) => matchesGlob(path, glob))?.[1]
    return only?.test(name) === false ? `this file may import ${only.source} only` : undefined
  }
  return libraries.flatMap((name) => {
    const fault = faultOf(name)
    return fault === undefined ? [] : [`${path} -> ${name}: ${fault}`]
  })
}

function roomFaults({ path, imports }: ImportingFile): string[] {
  if (!path.startsWith(`${API}/`)) return []
  const room = roomOf(path)
  const below = ROOMS[room]
  if (!below) return [`${path} is not in a room listed in ROOMS`]
  const faultOf = (target: string): string | undefined => {
    if (path === `${API}/tasks/task.ts` && !target.endsWith('/task-record.ts'))
      return 'the state machine imports no other file than the record'
    if (/^routes\b/.test(room) && target.endsWith('-store.ts')) return 'a route may not import a store'
    const other = roomOf(target)
    const mayImport = other === room || (below === 'all below' ? isBelow(room, other) : below.includes(other))
    return mayImport ? undefined : `${room} may not import ${other}`
  }
  return imports.flatMap((target) => {
    const fault = faultOf(target)
    return fault === undefined ? [] : [`${path} -> ${target}: ${fault}`]
  })
}

/** Entries that allow the import of a higher room, or of one that does not exist. */
const tableFaults = (): string[] =>
  Object.entries(ROOMS).flatMap(([room, below]) =>
    (below === 'all below' ? [] : below)
      .filter((other) => !isBelow(room, other))
      .map((other) => `ROOMS: ${room} may import ${other}, which is not below it`),
  )

const isBelow = (room: string, other: string): boolean => FROM_THE_TOP.indexOf(other) > FROM_THE_TOP.indexOf(room)

/** The folder of a file; the files next to the API's `main.ts` are rooms of their own. */
export const placeOf = (path: string): string => (dirname(path) === API ? path : dirname(path))

const roomOf = (path: string): string => relative(API, placeOf(path))
