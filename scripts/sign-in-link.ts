import { createSignInLink } from '../apps/api/src/keys/sign-in-link.ts'
import { createMongoConnection, MONGO_OPTIONS } from '../apps/api/src/mongo/connect-mongo.ts'

/**
 * The path of a page that signs the browser in as an administrator: whoever reads the terminal may
 * administer. Undefined if the database cannot be reached.
 */
export async function signInLink(mongoUrl: string): Promise<string | undefined> {
  const connection = createMongoConnection()
  try {
    await connection.openUri(mongoUrl, MONGO_OPTIONS)
    return await createSignInLink(connection)
  } catch {
    return undefined
  } finally {
    await connection.close()
  }
}
