import { DEFAULT_TENANT, SCOPES } from '@darkroom/contracts'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import { CreateKey, CreateKeyHandler } from './create-key.ts'
import { KeyStore } from './key-store.ts'
import { SignInStore } from './sign-in-store.ts'

/**
 * The name of the key that belongs to whoever runs this service. Nobody ever sees its secret.
 */
const NAME = 'npm start'
const HOUR_MS = 3_600_000

/**
 * The path of a page that signs a browser in as an administrator, once, within an hour. The first
 * call makes the key for it.
 */
export async function createSignInLink(connection: MongoConnection): Promise<string> {
  const keys = new KeyStore(connection)
  const own = (await keys.list(DEFAULT_TENANT)).find(({ name, revokedAt }) => name === NAME && revokedAt === null)
  const id = own?.id ?? (await createOwn(keys))
  const code = await new SignInStore(connection).create('code', id, new Date(Date.now() + HOUR_MS))
  return `/admin/sign-in?code=${code}&next=/`
}

async function createOwn(keys: KeyStore): Promise<string> {
  const key = new CreateKey({ tenant: DEFAULT_TENANT, name: NAME, scopes: [...SCOPES], expiresAt: null })
  return (await new CreateKeyHandler({ keys, now: Date.now }).handle(key)).id
}
