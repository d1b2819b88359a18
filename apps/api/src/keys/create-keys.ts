import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import { CreateKeyHandler } from './create-key.ts'
import { CreateUploadTokenHandler } from './create-upload-token.ts'
import { KeyRing } from './key-ring.ts'
import { KeyStore } from './key-store.ts'
import { createVerifyToken, type OidcSettings } from './oidc.ts'
import { ListKeysHandler } from './list-keys.ts'
import { RevokeKeyHandler } from './revoke-key.ts'
import { RotateKeyHandler } from './rotate-key.ts'
import { SignInStore } from './sign-in-store.ts'
import { createTakeUpload } from './take-upload.ts'
import { UploadTokenStore } from './upload-token-store.ts'

export type Keys = ReturnType<typeof createKeys>

interface Parts {
  mongo: MongoConnection
  /** Whose access tokens are accepted like keys. */
  oidc: OidcSettings | undefined
  log: Logger
  now: () => number
}

/** API keys, and the browsers that are signed in with one. */
export function createKeys({ mongo, oidc, log, now }: Parts) {
  const keys = new KeyStore(mongo)
  const signIns = new SignInStore(mongo)
  const uploadTokens = new UploadTokenStore(mongo)
  const ring = new KeyRing({ store: keys, log, now })
  const createKey = new CreateKeyHandler({ keys, now })
  return {
    ring,
    signIns,
    verifyToken: oidc && createVerifyToken(oidc),
    takeUpload: createTakeUpload({ tokens: uploadTokens, ring, now }),
    prepare: () => Promise.all([keys.prepare(), signIns.prepare(), uploadTokens.prepare()]),
    handlers: [
      createKey,
      new CreateUploadTokenHandler({ uploadTokens }),
      new ListKeysHandler({ keys }),
      new RevokeKeyHandler({ keys, ring, now }),
      new RotateKeyHandler({ keys, ring, createKey, now }),
    ],
  }
}
