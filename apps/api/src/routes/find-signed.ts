import { DEFAULT_TENANT } from '@darkroom/contracts'
import type { FindSigned } from '../http/authorize.ts'
import { nameIn, type UrlSigner } from '../tasks/queries/url-signing.ts'
import { downloadQuery } from './task-fields.ts'
import { idOf } from './task-path.ts'

/**
 * A signed URL contains its tenant and the id of its task, so nothing is read for one that is not
 * signed. Whether it has expired is left to the download, which says so.
 */
export const createFindSigned =
  (signer: UrlSigner): FindSigned =>
  (req) => {
    const { tenant = DEFAULT_TENANT, expires, kid, signature, ...query } = downloadQuery.safeParse(req.query).data ?? {}
    if (expires === undefined || kid === undefined || signature === undefined) return undefined
    const grant = { tenant, taskId: idOf(req), file: nameIn(query), expires }
    return signer.isSigned(grant, { kid, signature }) ? { tenant, scopes: ['tasks:read'] } : undefined
  }
