import { randomBytes } from 'node:crypto'
import { Schema, type Connection } from 'mongoose'
import { hashOf } from './key-text.ts'

/** A code that signs a browser in once, or the session of one that is signed in. */
type SignInUse = 'code' | 'session'
interface SignInDocument {
  /** SHA-256 of the secret. */
  _id: string
  use: SignInUse
  keyId: string
  expiresAt: Date
}

const signInSchema = new Schema<SignInDocument>(
  {
    _id: String,
    use: { type: String, required: true },
    keyId: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'signins' },
)
signInSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

/** Sessions and codes of browsers. Each belongs to a key and ends with it. */
export class SignInStore {
  readonly #signIns

  constructor(connection: Connection) {
    this.#signIns = connection.model('SignIn', signInSchema)
  }

  async prepare(): Promise<void> {
    await this.#signIns.createIndexes()
  }

  /** Returns the secret, which is not stored. */
  async create(use: SignInUse, keyId: string, expiresAt: Date): Promise<string> {
    const secret = randomBytes(32).toString('base64url')
    await this.#signIns.create({ _id: hashOf(secret), use, keyId, expiresAt })
    return secret
  }

  /** The key of a session. */
  async keyOf(session: string, now: Date): Promise<string | undefined> {
    const found = await this.#signIns.findOne({ _id: hashOf(session) }).lean<SignInDocument>()
    return found?.use === 'session' && found.expiresAt > now ? found.keyId : undefined
  }

  /** The key of a code, which is invalid from now on. */
  async redeem(code: string, now: Date): Promise<string | undefined> {
    const found = await this.#signIns.findOneAndDelete({ _id: hashOf(code), use: 'code' }).lean<SignInDocument>()
    return found && found.expiresAt > now ? found.keyId : undefined
  }

  async remove(session: string): Promise<void> {
    await this.#signIns.deleteOne({ _id: hashOf(session) })
  }
}
