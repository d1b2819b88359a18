import type { UploadToken } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { UploadGrant, UploadTokenStore } from './upload-token-store.ts'

export interface NewUploadToken extends UploadGrant {
  uploads: number
  expiresAt: Date
}

/** Creates a token with which a browser can upload some files. */
export class CreateUploadToken extends RequestData<UploadToken> {
  readonly wanted: NewUploadToken

  constructor(wanted: NewUploadToken) {
    super()
    this.wanted = wanted
  }
}

export class CreateUploadTokenHandler implements RequestHandler<CreateUploadToken, UploadToken> {
  readonly #tokens: UploadTokenStore

  constructor(deps: { uploadTokens: UploadTokenStore }) {
    this.#tokens = deps.uploadTokens
  }

  async handle({ wanted: { uploads, expiresAt, ...grant } }: CreateUploadToken): Promise<UploadToken> {
    const token = await this.#tokens.create(grant, uploads, expiresAt)
    const { kind, maxBytes, origin } = grant
    return { token, kind, maxBytes, uploads, origin, expiresAt: expiresAt.toISOString() }
  }
}
