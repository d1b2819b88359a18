import type { KeyRing } from './key-ring.ts'
import { isUploadTokenText, type UploadGrant, type UploadTokenStore } from './upload-token-store.ts'

interface TakenUpload extends UploadGrant {
  /** After an upload that was refused: the next one may use its place. */
  giveBack: () => void
}

export type TakeUploadOf = (token: string, origin: string | undefined) => Promise<TakenUpload | undefined>

/** Takes an upload of a token, for a page of this origin, while the key that made it is valid. */
export const createTakeUpload =
  ({ tokens, ring, now }: { tokens: UploadTokenStore; ring: KeyRing; now: () => number }): TakeUploadOf =>
  async (token, origin) => {
    const grant = isUploadTokenText(token) ? await tokens.take(token, new Date(now())) : undefined
    if (!grant) return undefined
    // If that fails, the token has one upload less, which harms nobody.
    const giveBack = (): void => void tokens.giveBack(token).catch(() => {})
    const isMeant = grant.origin === null || grant.origin === origin
    if (isMeant && (grant.keyId === null || (await ring.valid(grant.keyId)))) return { ...grant, giveBack }
    giveBack()
    return undefined
  }
