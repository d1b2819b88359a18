import type { TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Storage } from '@darkroom/storage'
import type { Registry } from '@prometheus-io/client'
import type { AssetLibrary } from '../assets/asset-library.ts'
import type { Audit } from '../audit/create-audit.ts'
import { createAdmit, createAuthorize, onlyDefaultTenant, type TakeUpload } from '../http/authorize.ts'
import { CallerWatch } from '../http/caller-watch.ts'
import { clientOf } from '../http/client-address.ts'
import { GuessLimit } from '../http/guess-limit.ts'
import { HeldRequests } from '../http/held-requests.ts'
import { jsonBody } from '../http/json-body.ts'
import { isLimited, type LimitRequests } from '../http/limit-requests.ts'
import { measureRequests } from '../http/measure-requests.ts'
import { callerOf, type Caller } from '../http/tenant-of.ts'
import type { StorageFault } from '../installation/storage-watch.ts'
import type { Keys } from '../keys/create-keys.ts'
import type { Send } from '../send.ts'
import type { UrlSigner } from '../tasks/queries/url-signing.ts'
import type { createUploads } from '../uploads/create-uploads.ts'
import type { Staged } from '../uploads/staged/create-staged.ts'
import type { WebhookDesk } from '../webhooks/webhook-desk.ts'
import { adminRoutes } from './admin/admin-routes.ts'
import { createFindCaller, createIsAdmitted } from './admin/find-caller.ts'
import { queueBoard } from './admin/queue-board.ts'
import { demoRoutes, type KillWorker } from './demo-routes.ts'
import { createHealth, type Probes } from './health.ts'
import { logRequests } from './log-requests.ts'
import { createNoteAct } from './note-act.ts'
import { RESOURCES } from './resources.ts'
import { rosterBody } from './roster-body.ts'
import { createSendBatch } from './send-batch.ts'
import { createSendVariant, type Presign } from './send-variant.ts'
import { tusHeaders } from './tus-headers.ts'

export interface RouteSettings {
  AUTH?: 'off' | 'keys' | undefined
  ADMIN_TOKEN?: string | undefined
  PUBLIC_URL?: string | undefined
  UPLOAD_MAX_BYTES: number
  JSON_BODY_MAX_BYTES: number
  ROSTER_MAX_BYTES: number
  FOLLOWERS_PER_TASK: number
  FOLLOWERS_PER_ADDRESS: number
  EVENT_STREAMS_MAX: number
  EVENT_HEARTBEAT_MS: number
  EVENT_STREAM_LIFE_MS: number
  WAITING_REQUESTS_MAX: number
  MIN_FREE_BYTES: number
  REQUESTS_PER_KEY: number
  REQUESTS_PER_ADDRESS: number
}

export interface RouteParts {
  env: RouteSettings
  uploads: ReturnType<typeof createUploads>
  staged: Staged
  assets: AssetLibrary
  webhooks: WebhookDesk
  storage: Storage
  /** Why nothing can be stored or read. */
  storageFault: StorageFault
  /** Clients are sent to these URLs instead of getting the files from here. */
  presign: Presign | undefined
  signer: UrlSigner
  keys: Pick<Keys, 'ring' | 'signIns' | 'verifyToken' | 'takeUpload'>
  audit: Pick<Audit, 'store'>
  limitRequests: LimitRequests
  queues: TaskQueues
  probes: Probes
  registry: Registry
  isClosing: () => boolean
  /** Only in a demo. */
  killWorker: KillWorker | undefined
  send: Send
  log: Logger
}

/** Every route except those of the document, in the groups in which the application mounts them. */
export function createRoutes(parts: RouteParts) {
  const { env, uploads, storage, storageFault, presign, signer, probes, registry, isClosing, killWorker, send, log } =
    parts
  const followers = { each: env.FOLLOWERS_PER_TASK, perAddress: env.FOLLOWERS_PER_ADDRESS }
  const callers = new CallerWatch(createIsAdmitted(parts.keys.ring))
  const streams = new HeldRequests({ total: env.EVENT_STREAMS_MAX, ...followers }, callers)
  const waiting = new HeldRequests({ total: env.WAITING_REQUESTS_MAX, ...followers }, callers)
  const credentials = { token: env.ADMIN_TOKEN, guesses: new GuessLimit(), ...parts.keys }
  const keysOn = env.AUTH === 'keys'
  const findCaller = createFindCaller(credentials)
  const admit = createAdmit({ keysOn, findCaller })
  const { limitAddress, limitKey } = limitsOf(parts)
  const noteAct = createNoteAct({ store: parts.audit.store, log })
  const takeUpload = toCallers(parts.keys.takeUpload)
  const authorize = createAuthorize({ keysOn, admit, takeUpload, limitKey, noteAct })
  const board = [onlyDefaultTenant, ...queueBoard(parts.queues.all, '/admin/queues')]
  const killGuard = [...authorize('queues:admin'), onlyDefaultTenant]
  const demo = killWorker ? [demoRoutes({ guard: killGuard, send, killWorker })] : []
  const deps = {
    ...uploads,
    ...parts.staged,
    assets: parts.assets,
    webhooks: parts.webhooks,
    sendBatch: createSendBatch(storage),
    sendVariant: createSendVariant({ storage, storageFault, presign }),
    signer,
    publicUrl: env.PUBLIC_URL,
    readJson: jsonBody(env.JSON_BODY_MAX_BYTES),
    readRoster: rosterBody(env.ROSTER_MAX_BYTES),
    waiting,
    streams,
    heartbeatMs: env.EVENT_HEARTBEAT_MS,
    lifeMs: env.EVENT_STREAM_LIFE_MS,
    health: createHealth({ probes, minFreeBytes: env.MIN_FREE_BYTES, isClosing, log }),
    registry,
    admit,
    authorize,
    send,
  }
  return {
    v1: [tusHeaders(env.UPLOAD_MAX_BYTES), ...RESOURCES.v1.map((routes) => routes.router(deps)), ...demo],
    aliases: RESOURCES.aliases.map((routes) => routes.router(deps)),
    atRoot: RESOURCES.atRoot.map((routes) => routes.router(deps)),
    health: RESOURCES.health.map((routes) => routes.router(deps)),
    operators: [
      ...RESOURCES.operators.map((routes) => routes.router(deps)),
      adminRoutes({ credentials, guard: authorize('queues:admin'), board }),
    ],
    watch: [measureRequests(registry), logRequests(log)],
    limitAddress,
    admit,
    callers,
    findCaller,
    /** Responds to all waiting requests. */
    endHeld: (): void => [streams, waiting].forEach((held) => held.endAll()),
  }
}

const toCallers =
  (takeUpload: Keys['takeUpload']): TakeUpload =>
  async (token, origin) => {
    const taken = await takeUpload(token, origin)
    if (!taken) return undefined
    const { tenant, kind, maxBytes, giveBack } = taken
    return { caller: { tenant, scopes: ['tasks:write'], upload: { kind, maxBytes } }, giveBack }
  }

/** What a limit counts by: a key, or all access tokens of one subject in a tenant. */
const keyOf = ({ keyId, tenant, subject }: Caller): string | undefined =>
  keyId ?? (subject === undefined ? undefined : `${tenant} ${subject}`)

const limitsOf = ({ env, limitRequests }: Pick<RouteParts, 'env' | 'limitRequests'>) => ({
  limitAddress: limitRequests({
    of: 'address',
    perMinute: env.REQUESTS_PER_ADDRESS,
    subjectOf: (req) => (isLimited(req) ? clientOf(req) : undefined),
  }),
  limitKey: limitRequests({ of: 'key', perMinute: env.REQUESTS_PER_KEY, subjectOf: (req) => keyOf(callerOf(req)) }),
})
