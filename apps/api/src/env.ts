import { checkStorageEnv, envInteger, imageEnv, loadEnv, optionalEnvInteger, sharedEnv } from '@darkroom/runtime'
import { outgoingEnv } from '@darkroom/outgoing'
import { z } from 'zod'
import { cron, isTimeZone } from './removal/cron-setting.ts'
import { isLoopback } from './http/loopback.ts'
import { parseCorsOrigins } from './http/parse-cors-origins.ts'
import { parseTrustProxy } from './http/trust-proxy.ts'
import type { SigningKey } from './tasks/queries/url-signing.ts'

const MIB = 1024 * 1024
const DAY_SECONDS = 86_400
const TENANT_WEIGHTS = /^([a-z0-9-]+:([1-9]\d?|100)(,[a-z0-9-]+:([1-9]\d?|100))*)?$/
const HOST_NAMES = /^(\*|\.?[\w-]+(\.[\w-]+)*(,\.?[\w-]+(\.[\w-]+)*)*)?$/

const settings = z.object({
  ...sharedEnv,
  ...imageEnv,
  REDIS_CACHE_URL: sharedEnv.REDIS_URL,
  MONGODB_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must look like mongodb://host:port/database')
    .default('mongodb://localhost:27017/darkroom'),
  SHUTDOWN_DELAY_MS: envInteger(5000, 0),
  /** Whether downloads go through the API, or clients are sent to the bucket. */
  DOWNLOADS: z.enum(['proxy', 'redirect'], { error: 'must be proxy or redirect' }).default('proxy'),
  HOST: z.string().default('127.0.0.1'),
  /** Without authentication, only this machine can reach the API unless this says so. */
  AUTH: z.enum(['off', 'keys'], { error: 'must be off or keys' }).optional(),
  /** Host names besides addresses and names without a dot. */
  ALLOWED_HOSTS: z
    .string()
    .regex(HOST_NAMES, 'must look like photos.example.com,.internal.example.com, or be *')
    .default('')
    .transform(toList),
  CORS_ORIGINS: z.string().default('').transform(parseCorsOrigins),
  PORT: envInteger(3000, 0, 65_535),
  /** Absolute URLs start with it. */
  PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^\s?#@]+$/, 'must look like https://photos.example.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  ADMIN_TOKEN: z
    .string()
    .regex(/^[!-~]{16,200}$/, 'must be 16 to 200 visible ASCII characters; generate one with openssl rand -hex 32')
    .optional(),
  /** For every kind; the default is the policy of each kind. */
  QUEUE_MAX_RETRIES: optionalEnvInteger(1, 100),
  QUEUE_BACKOFF_MS: optionalEnvInteger(0),
  /** How many jobs of a tenant are started for one of each other, while all have jobs waiting. */
  TENANT_WEIGHTS: z
    .string()
    .regex(TENANT_WEIGHTS, 'must look like shop:3,lab:2, with whole numbers from 1 to 100')
    .default('')
    .transform(toWeights),
  UPLOAD_MAX_FIELD_BYTES: envInteger(100 * 1024, 1),
  BATCH_MAX_FILES: envInteger(100, 1, 1000),
  BATCH_MAX_BYTES: envInteger(1024 * MIB, 1),
  JSON_BODY_MAX_BYTES: envInteger(100 * 1024, 1),
  ROSTER_MAX_BYTES: envInteger(5 * MIB, 1, 8 * MIB),
  FILE_TTL_SECONDS: envInteger(7 * DAY_SECONDS, 60, 365 * DAY_SECONDS),
  PURGE_GRACE_SECONDS: envInteger(600, 0),
  RECORD_TTL_SECONDS: envInteger(30 * DAY_SECONDS, 0),
  CLEANUP_INTERVAL_MS: envInteger(30_000, 100),
  CLEANUP_CRON: cron('0 2 * * *'),
  QUEUE_CLEANUP_CRON: cron('0 3 * * *'),
  CLEANUP_TIME_ZONE: z.string().refine(isTimeZone, 'must be a time zone such as UTC or Europe/Madrid').default('UTC'),
  MIN_FREE_BYTES: envInteger(100 * MIB, 0),
  UPLOADS_MAX: envInteger(500, 1),
  /** At most as long as an idempotency key is remembered. */
  UPLOAD_RESUME_SECONDS: envInteger(DAY_SECONDS, 60, DAY_SECONDS),
  UPLOADS_OPEN_MAX: envInteger(1000, 1),
  QUEUE_MAX_WAITING: envInteger(100_000, 1),
  REQUEST_TIMEOUT_MS: envInteger(60_000, 1000),
  UPLOAD_TIMEOUT_MS: envInteger(900_000, 1000),
  UPLOAD_STALL_MS: envInteger(30_000, 1000),
  ANSWER_STALL_MS: envInteger(30_000, 100),
  HEADERS_TIMEOUT_MS: envInteger(15_000, 1000),
  DISPATCH_LEASE_MS: envInteger(3000, 100),
  SWEEP_INTERVAL_MS: envInteger(2000, 100),
  ORPHAN_AGE_MS: envInteger(600_000, 1000),
  JANITOR_INTERVAL_MS: envInteger(300_000, 1000),
  /** Access tokens of this OpenID Connect issuer are accepted like keys. */
  OIDC_ISSUER: z.url({ protocol: /^https?$/, error: 'must look like https://login.example.com' }).optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_TENANT_CLAIM: z.string().default('tenant'),
  OIDC_SCOPES_CLAIM: z.string().default('scope'),
  URL_SIGNING_KEYS: z
    .string()
    .regex(
      /^[\w-]{1,32}:[!-+\--~]{32,200}(,[\w-]{1,32}:[!-+\--~]{32,200})*$/,
      'must look like id:secret,id2:secret2, with at least 32 characters per secret',
    )
    .transform(toSigningKeys)
    .optional(),
  TRUST_PROXY: z.string().default('loopback').transform(parseTrustProxy),
  MAX_CONNECTIONS: envInteger(5000, 1),
  UPLOADS_PER_ADDRESS: envInteger(250, 0),
  FOLLOWERS_PER_ADDRESS: envInteger(250, 0),
  /** Requests per minute. Here and below, 0 means any number. */
  REQUESTS_PER_KEY: envInteger(0, 0),
  REQUESTS_PER_ADDRESS: envInteger(0, 0),
  TENANT_TASKS_PER_DAY: envInteger(0, 0),
  TENANT_BYTES_PER_DAY: envInteger(0, 0),
  TENANT_STORED_BYTES: envInteger(0, 0),
  TENANT_UPLOADS: envInteger(0, 0),
  EVENT_STREAMS_MAX: envInteger(1000, 0),
  EVENT_STREAM_LIFE_MS: envInteger(3_600_000, 1000),
  EVENT_HEARTBEAT_MS: envInteger(15_000, 100),
  FOLLOW_RECHECK_MS: envInteger(5000, 100),
  SOCKETS_MAX: envInteger(1000, 0),
  WAITING_REQUESTS_MAX: envInteger(1000, 0),
  FOLLOWERS_PER_TASK: envInteger(50, 0),
  ESTIMATE_INTERVAL_MS: envInteger(3000, 100),
  ...outgoingEnv,
  /** The waits before the second attempt at a delivery, the third and so on. */
  WEBHOOK_RETRY_SECONDS: z
    .string()
    .regex(/^\d{1,7}(,\d{1,7}){0,19}$/, 'must be numbers of seconds, such as 5,300,1800')
    .default('5,300,1800,7200,18000,36000,50400,72000,86400')
    .transform((text) => text.split(',').map(Number)),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must look like smtps://user:password@mail.example.com')
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*[^\s@]@[^\s@]+$/, 'must look like Darkroom <photos@example.com>')
    .default('darkroom@localhost'),
  SMS_URL: z.url({ protocol: /^https?$/, error: 'must look like https://sms.example.com/messages' }).optional(),
  /** The body of a request to it. */
  SMS_BODY: z.string().includes('{to}').includes('{text}').default('{"to":"{to}","text":"{text}"}'),
  SMS_AUTHORIZATION: z.string().optional(),
})

/** All settings that the API reads from its environment, with their defaults. */
export const apiEnv = settings
  .superRefine(checkStorageEnv)
  .superRefine(checkDownloads)
  .superRefine(checkReach)
  .superRefine(checkIssuer)
export type ApiEnv = z.infer<typeof apiEnv>

function checkDownloads({ DOWNLOADS, STORAGE }: z.infer<typeof settings>, context: z.RefinementCtx): void {
  if (DOWNLOADS === 'redirect' && STORAGE !== 's3')
    context.addIssue({
      code: 'custom',
      path: ['DOWNLOADS'],
      message: 'redirect needs STORAGE=s3: files on a disk have no URL',
      input: undefined,
    })
}

/** Without authentication, the API is never open to other machines by accident. */
function checkReach({ HOST, AUTH }: z.infer<typeof settings>, context: z.RefinementCtx): void {
  if (AUTH === undefined && !isLoopback(HOST))
    context.addIssue({
      code: 'custom',
      path: ['HOST'],
      message:
        'lets other machines reach the API, which does not authenticate requests: set AUTH=keys (npm run keys -- create makes the first key), or AUTH=off if a firewall or a proxy keeps strangers away',
      input: undefined,
    })
}

/** Without an audience, a token that was issued for any other service would be accepted. */
function checkIssuer({ OIDC_ISSUER, OIDC_AUDIENCE }: z.infer<typeof settings>, context: z.RefinementCtx): void {
  const refuse = (name: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message, input: undefined })
  if (OIDC_ISSUER === undefined) return
  if (OIDC_AUDIENCE === undefined) refuse('OIDC_AUDIENCE', 'must be set because OIDC_ISSUER is')
  const { protocol, hostname } = new URL(OIDC_ISSUER)
  if (protocol === 'http:' && !isLoopback(hostname))
    refuse('OIDC_ISSUER', 'must use https, unless it is on this machine')
}

function toList(text: string): string[] {
  return text.split(',').filter(Boolean)
}

function toWeights(text: string): Map<string, number> {
  return new Map(
    toList(text).map((entry) => {
      const [tenant = '', weight] = entry.split(':')
      return [tenant, Number(weight)]
    }),
  )
}

function toSigningKeys(text: string): SigningKey[] {
  return text
    .split(',')
    .map((key) => ({ kid: key.slice(0, key.indexOf(':')), secret: key.slice(key.indexOf(':') + 1) }))
}

export const readApiEnv = (): ApiEnv => loadEnv(apiEnv)
