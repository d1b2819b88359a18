// Imports no library: this is the only part of the contracts that a worker's children load.
import { HEX_ID } from './ids.ts'
import { tenantKey } from './tenants.ts'

export { THUMB } from './kinds/thumb.ts'

/**
 * The widths of the variants of every photo, largest first. The name of a variant is its
 * width.
 */
export const VARIANT_WIDTHS = [1024, 800] as const

/** The JPEG quality of variants, 1 to 100. */
export const VARIANT_QUALITY = 85

/** The folders of a data folder. Files are moved between them by renaming. */
export const FOLDERS = {
  /** Incoming uploads, in one folder for each start of an API. */
  uploads: 'uploads/temp',
  /** Uploads that arrive in several requests, in segments, until they are complete. */
  staged: 'uploads/staged',
  originals: 'storage',
  variants: 'output',
  /** Pictures that tasks refer to by name. */
  assets: 'assets',
  /** Removed files, until a second check. */
  trash: 'trash',
  /** Originals, variants and assets of all tenants but the default one, a folder for each. */
  tenants: 'tenants',
} as const

const IMAGE_NAME_LENGTH = 80

/** The parts of an original's key. `folder` is that of the kind; `extension` has no dot. */
export interface OriginalName {
  tenant: string
  folder: string
  taskId: string
  extension: string
}

/** The key of a task's original. */
export const originalKey = (name: OriginalName): string => ownKey('original', name)

/** The key of a task's copy of an asset. */
export const assetCopyKey = (name: OriginalName): string => ownKey('asset', name)

function ownKey(role: string, { tenant, folder, taskId, extension }: OriginalName): string {
  return tenantKey(tenant, `${FOLDERS.originals}/${folder}/${taskId}/${role}.${extension}`, '/')
}

/**
 * The parts of a result's key. `folder` is that of the task, see `imageNameOf`; `name` is the one
 * used in downloads.
 */
export interface ResultName {
  tenant: string
  folder: string
  name: string
  md5: string
  extension: string
}

/**
 * The key of a result. It contains the MD5 of its bytes, so producing it twice gives the same file.
 */
export function resultKey({ tenant, folder, name, md5, extension }: ResultName): string {
  return tenantKey(tenant, `${FOLDERS.variants}/${folder}/${name}/${md5}.${extension}`, '/')
}

/** The folder of an upload that arrives in several requests. */
export const stagedFolder = (tenant: string, uploadId: string): string => `${FOLDERS.staged}/${tenant}/${uploadId}`

/** The key of its bytes from an offset on. Keys are in the order of the bytes. */
export const stagedKey = (tenant: string, uploadId: string, offset: number): string =>
  `${stagedFolder(tenant, uploadId)}/${String(offset).padStart(15, '0')}`

/** The key of a stored asset. */
export const assetKey = (tenant: string, name: string): string => tenantKey(tenant, `${FOLDERS.assets}/${name}`, '/')

/** The key of a variant of a photo. */
export function variantKey(tenant: string, imageName: string, resolution: string, md5: string): string {
  return resultKey({ tenant, folder: imageName, name: resolution, md5, extension: 'jpg' })
}

// From the start of the key: a tenant may be called `output`.
const OF_ANY_TENANT = `^(?:${FOLDERS.tenants}/[^/]+/)?`
const OWN = new RegExp(`${OF_ANY_TENANT}${FOLDERS.originals}/[a-z]+/(${HEX_ID})/`)
const VARIANT = new RegExp(`${OF_ANY_TENANT}${FOLDERS.variants}/[a-z0-9-]+/`)

/**
 * The id of the task that an original or a copy of an asset belongs to; undefined for other files.
 */
export const ownerOf = (key: string): string | undefined => OWN.exec(key)?.[1]

/** Whether a key can be that of a result of this tenant. */
export const isResultOf = (tenant: string, key: string): boolean =>
  key.startsWith(tenantKey(tenant, `${FOLDERS.variants}/`, '/'))

export const isVariantKey = (key: string): boolean => VARIANT.test(key)

/** The key of a file in the trash. */
export const trashKey = (key: string): string => `${FOLDERS.trash}/${key}`

/** The inverse of {@link trashKey}. */
export const keyBeforeTrash = (key: string): string => key.slice(FOLDERS.trash.length + 1)

/**
 * A folder name from an untrusted file name: `[a-z0-9-]`, at most 80 characters, `image` if nothing
 * is left.
 */
export const imageNameOf = (fileName: string): string =>
  slugOf(fileName.slice(0, 1024).replace(/\.[A-Za-z0-9]{1,5}$/, ''), 'image')

/** A text as `[a-z0-9-]`, at most 80 characters; `fallback` if nothing is left. */
export function slugOf(text: string, fallback: string): string {
  const ascii = text
    .slice(0, 1024)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const slug = ascii.replace(/[^a-z0-9]+/g, '-').slice(0, IMAGE_NAME_LENGTH)
  return slug.replace(/^-+|-+$/g, '') || fallback
}
