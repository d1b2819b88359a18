import { DEFAULT_TENANT, SCOPES } from '../packages/contracts/src/index.ts'
import { CreateKey, CreateKeyHandler } from '../apps/api/src/keys/create-key.ts'
import { KeyStore } from '../apps/api/src/keys/key-store.ts'
import { SignInStore } from '../apps/api/src/keys/sign-in-store.ts'
import { createMongoConnection, MONGO_OPTIONS } from '../apps/api/src/mongo/connect-mongo.ts'

/** The name of the key that belongs to whoever runs `npm start`. Its secret is never shown. */
const NAME = 'npm start'
const HOUR_MS = 3_600_000

/**
 * The path of a page that signs the browser in as an administrator, once, within an hour. Whoever
 * reads the terminal may administer; undefined if the database cannot be reached.
 */
export async function signInLink(mongoUrl: string): Promise<string | undefined> {
  const connection = createMongoConnection()
  try {
    await connection.openUri(mongoUrl, MONGO_OPTIONS)
    const keys = new KeyStore(connection)
    const own = (await keys.list(DEFAULT_TENANT)).find(({ name, revokedAt }) => name === NAME && revokedAt === null)
    const id = own?.id ?? (await createOwn(keys))
    const code = await new SignInStore(connection).create('code', id, new Date(Date.now() + HOUR_MS))
    return `/admin/sign-in?code=${code}`
  } catch {
    return undefined
  } finally {
    await connection.close()
  }
}

async function createOwn(keys: KeyStore): Promise<string> {
  const key = new CreateKey({ tenant: DEFAULT_TENANT, name: NAME, scopes: [...SCOPES], expiresAt: null })
  return (await new CreateKeyHandler({ keys, now: Date.now }).handle(key)).id
}
