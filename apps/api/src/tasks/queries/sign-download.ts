import type { DownloadUrl } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../../app-error.ts'
import { nameIn, type FileQuery, type UrlSigner } from './url-signing.ts'

/**
 * The path of a URL with which anyone can download a file of this task for a limited time. Throws
 * SIGNING_DISABLED.
 */
export class SignDownload extends RequestData<DownloadUrl> {
  readonly tenant: string
  readonly id: string
  readonly query: FileQuery
  readonly expiresInSeconds: number

  constructor(tenant: string, id: string, { expiresInSeconds, ...query }: FileQuery & { expiresInSeconds: number }) {
    super()
    this.tenant = tenant
    this.id = id
    this.query = query
    this.expiresInSeconds = expiresInSeconds
  }
}

export class SignDownloadHandler implements RequestHandler<SignDownload, DownloadUrl> {
  readonly #deps

  constructor(deps: { signer: UrlSigner; now: () => number }) {
    this.#deps = deps
  }

  async handle({ tenant, id, query: { file, resolution }, expiresInSeconds }: SignDownload): Promise<DownloadUrl> {
    const { signer, now } = this.#deps
    const expires = Math.floor(now() / 1000) + expiresInSeconds
    const token = signer.sign({ tenant, taskId: id, file: nameIn({ file, resolution }), expires })
    if (token === undefined) throw signingDisabled()
    return { url: `/d/${token}`, expiresAt: new Date(expires * 1000).toISOString() }
  }
}

const signingDisabled = (): AppError =>
  new AppError('SIGNING_DISABLED', 'Signed URLs are disabled in this installation: URL_SIGNING_KEYS is not set.')
