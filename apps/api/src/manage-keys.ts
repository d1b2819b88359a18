// Creates, lists, rotates and revokes API keys without an API: for the first key, and where nobody
// has one.
import { parseArgs } from 'node:util'
import { DEFAULT_TENANT, SCOPES, apiKeyFields, type ApiKey } from '@darkroom/contracts'
import { createLogger } from '@darkroom/runtime'
import { AuditStore } from './audit/audit-store.ts'
import { readApiEnv } from './env.ts'
import { CreateKey, CreateKeyHandler } from './keys/create-key.ts'
import { KeyRing } from './keys/key-ring.ts'
import { KeyStore } from './keys/key-store.ts'
import { ListKeys, ListKeysHandler } from './keys/list-keys.ts'
import { RevokeKey, RevokeKeyHandler } from './keys/revoke-key.ts'
import { RotateKey, RotateKeyHandler } from './keys/rotate-key.ts'
import { createSignInLink } from './keys/sign-in-link.ts'
import { createMongoConnection, MONGO_OPTIONS } from './mongo/connect-mongo.ts'

const USAGE = `npm run keys -- create [--name NAME] [--tenant TENANT] [--scopes A,B] [--expires SECONDS]
npm run keys -- list [--tenant TENANT]
npm run keys -- rotate ID [--grace SECONDS]
npm run keys -- revoke ID
npm run keys -- sign-in
  A key has all scopes unless --scopes names some of them: ${SCOPES.join(', ')}.
  It is printed once, when it is created or rotated. A rotated key works for another hour, or for --grace.
  sign-in prints a link that signs a browser in as an administrator, once, within an hour.
  The database is that of MONGODB_URL, or of the npm start that is running here.`

const print = (text: string): unknown => process.stdout.write(`${text}\n`)
const DAY_CHARACTERS = 10
const GRACE_SECONDS = 3600

class Usage extends Error {}

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof Usage ? 2 : 1
}

async function main(args: string[]): Promise<void> {
  const { command, id, options } = read(args)
  if (options.help) return void print(USAGE)
  const connection = createMongoConnection()
  try {
    const env = readApiEnv()
    await connection.openUri(env.MONGODB_URL, MONGO_OPTIONS)
    const wish = { command, id, options }
    const audit = new AuditStore(connection)
    if (command === 'sign-in') {
      print((env.PUBLIC_URL ?? `http://localhost:${env.PORT}`) + (await createSignInLink(connection)))
      return await noteAct(audit, wish)
    }
    const keyId = await run(new KeyStore(connection), wish)
    if (keyId !== undefined) await noteAct(audit, wish, keyId)
  } finally {
    await connection.close()
  }
}

type Wish = ReturnType<typeof read>

/** Returns the id of the key that was changed. */
async function run(keys: KeyStore, { command, id, options }: Wish): Promise<string | undefined> {
  const now = Date.now
  const ring = new KeyRing({ store: keys, log: createLogger({ name: 'keys', level: 'silent' }), now })
  const createKey = new CreateKeyHandler({ keys, now })
  const tenant = options.tenant ?? DEFAULT_TENANT
  if (command === 'create') {
    const { expiresInSeconds, name, scopes } = fieldsOf(options)
    const expiresAt = expiresInSeconds === undefined ? null : new Date(now() + expiresInSeconds * 1000)
    const made = await createKey.handle(new CreateKey({ tenant, name, scopes, expiresAt }))
    print(made.key)
    return made.id
  } else if (command === 'list') {
    for (const key of await new ListKeysHandler({ keys }).handle(new ListKeys(tenant))) print(lineOf(key))
  } else if (command === 'rotate') {
    const grace = options.grace === undefined ? GRACE_SECONDS : Number(options.grace)
    if (!Number.isInteger(grace) || grace < 0) throw new Usage('--grace must be a number of seconds.')
    const handler = new RotateKeyHandler({ keys, ring, createKey, now })
    const made = await handler.handle(new RotateKey({ tenant: DEFAULT_TENANT, scopes: SCOPES }, id, grace))
    print(made.key)
    return made.id
  } else {
    await new RevokeKeyHandler({ keys, ring, now }).handle(new RevokeKey(DEFAULT_TENANT, id))
    print(`${id} is revoked. Every process refuses it within 5 seconds.`)
    return id
  }
  return undefined
}

/** In the audit log, as the acts over HTTP are. */
async function noteAct(audit: AuditStore, { command, id, options }: Wish, keyId?: string): Promise<void> {
  const request = { ...(id && { id }), ...options }
  const action = `npm run keys -- ${command}`
  const nowhere = { keyId: null, address: null, path: null, status: null }
  const result = keyId === undefined ? null : { keyId }
  await audit.insert({ at: new Date(), tenant: DEFAULT_TENANT, ...nowhere, action, request, result })
}

function fieldsOf({ name = 'created by npm run keys', tenant, scopes, expires }: Wish['options']) {
  const fields = apiKeyFields.safeParse({
    name,
    tenant,
    scopes: scopes?.split(',') ?? [...SCOPES],
    ...(expires !== undefined && { expiresInSeconds: Number(expires) }),
  })
  if (fields.success) return fields.data
  throw new Usage(fields.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
}

function lineOf({ id, name, scopes, expiresAt, revokedAt, lastUsedAt }: ApiKey): string {
  const day = (time: string): string => time.slice(0, DAY_CHARACTERS)
  const state = revokedAt ? `revoked ${day(revokedAt)}` : expiresAt ? `expires ${day(expiresAt)}` : 'does not expire'
  return `${id}  ${name}  ${scopes.join(',')}  ${state}, ${lastUsedAt ? `last used ${day(lastUsedAt)}` : 'never used'}`
}

function read(args: string[]) {
  try {
    const text = { type: 'string' } as const
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        name: text,
        tenant: text,
        scopes: text,
        expires: text,
        grace: text,
        help: { type: 'boolean', short: 'h' },
      },
    })
    const [command = '', id = '', ...more] = positionals
    const needsId = command === 'rotate' || command === 'revoke'
    const isKnown = needsId || ['create', 'list', 'sign-in'].includes(command)
    if (!values.help && (!isKnown || needsId !== (id !== '') || more.length > 0)) throw new Error('')
    return { command, id, options: values }
  } catch (error) {
    throw new Usage(`${error instanceof Error && error.message ? `${error.message}\n\n` : ''}${USAGE}`)
  }
}
