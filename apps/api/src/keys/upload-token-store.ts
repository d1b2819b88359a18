import { randomBytes } from 'node:crypto'
import { Schema, type Connection } from 'mongoose'
import { hashOf } from './key-text.ts'

/** What an upload token permits. */
export interface UploadGrant {
  tenant: string
  /** The key that it was created with: it ends with it. */
  keyId: string | null
  kind: string | null
  maxBytes: number | null
  origin: string | null
}

interface UploadTokenDocument extends UploadGrant {
  /** SHA-256 of the secret. */
  _id: string
  /** The number of further uploads. */
  left: number
  expiresAt: Date
}

const optionalText = { type: String, default: null }
const uploadTokenSchema = new Schema<UploadTokenDocument>(
  {
    _id: String,
    tenant: { type: String, required: true },
    keyId: optionalText,
    kind: optionalText,
    maxBytes: { type: Number, default: null },
    origin: optionalText,
    left: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'uploadtokens' },
)
uploadTokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

const PREFIX = 'dru_'
const TOKEN = /^dru_([\w-]{43})$/
const SECRET_BYTES = 32

/** Whether a text has the form of an upload token. */
export const isUploadTokenText = (text: string): boolean => TOKEN.test(text)

/** Tokens with which browsers upload files. */
export class UploadTokenStore {
  readonly #tokens

  constructor(connection: Connection) {
    this.#tokens = connection.model('UploadToken', uploadTokenSchema)
  }

  async prepare(): Promise<void> {
    await this.#tokens.createIndexes()
  }

  /** Returns the token, which is not stored. */
  async create(grant: UploadGrant, left: number, expiresAt: Date): Promise<string> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    await this.#tokens.create({ _id: hashOf(secret), ...grant, left, expiresAt })
    return PREFIX + secret
  }

  /** Takes one of its uploads, if there is one left. */
  async take(token: string, now: Date): Promise<UploadGrant | undefined> {
    const found = await this.#tokens
      .findOneAndUpdate({ _id: idOf(token), left: { $gt: 0 }, expiresAt: { $gt: now } }, { $inc: { left: -1 } })
      .lean<UploadTokenDocument>()
    return found ?? undefined
  }

  /** After an upload that was refused. */
  async giveBack(token: string): Promise<void> {
    await this.#tokens.updateOne({ _id: idOf(token) }, { $inc: { left: 1 } })
  }
}

const idOf = (token: string): string => hashOf(TOKEN.exec(token)?.[1] ?? '')
