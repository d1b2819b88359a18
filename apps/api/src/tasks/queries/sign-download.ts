import type { DownloadUrl } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../../app-error.ts'
import type { UrlSigner } from './url-signing.ts'

/**
 * A URL by which whoever has it can fetch a variant of this task for so long. Throws
 * SIGNING_DISABLED.
 */
export class SignDownload extends RequestData<DownloadUrl> {
  readonly tenant: string
  readonly id: string
  readonly resolution: string | undefined
  readonly expiresInSeconds: number

  constructor(tenant: string, id: string, grant: { resolution?: string | undefined; expiresInSeconds: number }) {
    super()
    this.tenant = tenant
    this.id = id
    this.resolution = grant.resolution
    this.expiresInSeconds = grant.expiresInSeconds
  }
}

export class SignDownloadHandler implements RequestHandler<SignDownload, DownloadUrl> {
  readonly #deps

  constructor(deps: { signer: UrlSigner; now: () => number }) {
    this.#deps = deps
  }

  async handle({ tenant, id, resolution, expiresInSeconds }: SignDownload): Promise<DownloadUrl> {
    const { signer, now } = this.#deps
    const expires = Math.floor(now() / 1000) + expiresInSeconds
    const signed = signer.sign({ tenant, taskId: id, resolution, expires })
    if (!signed) throw signingDisabled()
    const query = new URLSearchParams({ ...(resolution && { resolution }), expires: String(expires), ...signed })
    return {
      url: `/api/v1/tasks/${id}/download?${query.toString()}`,
      expiresAt: new Date(expires * 1000).toISOString(),
    }
  }
}

const signingDisabled = (): AppError =>
  new AppError('SIGNING_DISABLED', 'Signed URLs are disabled in this installation: URL_SIGNING_KEYS is not set.')
