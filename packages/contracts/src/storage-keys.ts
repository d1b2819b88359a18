// Needs no library: what a child process of a worker imports of the contracts is this file alone.
import { HEX_ID } from './ids.ts'
import { tenantKey } from './tenants.ts'

/** The widths that every image task yields, largest first. The name of a variant is its width. */
export const VARIANT_WIDTHS = [1024, 800] as const

/** The folders of a data folder. Files move between them by renaming. */
export const FOLDERS = {
  /** What is still arriving: a folder in it for every start of an API. */
  uploads: 'uploads/temp',
  originals: 'storage',
  variants: 'output',
  /** Where a file waits between its removal and the second look. */
  trash: 'trash',
} as const

const IMAGE_NAME_LENGTH = 80

/** An upload as its key tells it. `folder` is the kind's, `extension` without a dot. */
export interface OriginalName {
  tenant: string
  folder: string
  taskId: string
  extension: string
}

/** Where a task's upload is kept. */
export function originalKey({ tenant, folder, taskId, extension }: OriginalName): string {
  return tenantKey(tenant, `${FOLDERS.originals}/${folder}/${taskId}/original.${extension}`, '/')
}

/** A result as its key tells it. `folder` is the task's, see `imageNameOf`; `name` what a download asks for. */
export interface ResultName {
  tenant: string
  folder: string
  name: string
  md5: string
  extension: string
}

/**
 * Where a result is kept: named by the MD5 of its bytes, so that making it twice makes the same
 * file.
 */
export function resultKey({ tenant, folder, name, md5, extension }: ResultName): string {
  return tenantKey(tenant, `${FOLDERS.variants}/${folder}/${name}/${md5}.${extension}`, '/')
}

/** Where a variant of a photo is kept. */
export function variantKey(tenant: string, imageName: string, resolution: string, md5: string): string {
  return resultKey({ tenant, folder: imageName, name: resolution, md5, extension: 'jpg' })
}

const ORIGINAL = new RegExp(`(?:^|/)${FOLDERS.originals}/[a-z]+/(${HEX_ID})/`)
const VARIANT = new RegExp(`(?:^|/)${FOLDERS.variants}/[a-z0-9-]+/`)

/** Whose original this is: a task's id; undefined of other files. */
export const ownerOf = (key: string): string | undefined => ORIGINAL.exec(key)?.[1]

export const isVariantKey = (key: string): boolean => VARIANT.test(key)

/** Where a file waits in the trash. */
export const trashKey = (key: string): string => `${FOLDERS.trash}/${key}`

/** The inverse of {@link trashKey}. */
export const keyBeforeTrash = (key: string): string => key.slice(FOLDERS.trash.length + 1)

/**
 * A folder name from an untrusted file name: `[a-z0-9-]`, at most 80 characters, `image` when
 * nothing is left.
 */
export function imageNameOf(fileName: string): string {
  const stem = fileName.slice(0, 1024).replace(/\.[A-Za-z0-9]{1,5}$/, '')
  const ascii = stem
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const slug = ascii.replace(/[^a-z0-9]+/g, '-').slice(0, IMAGE_NAME_LENGTH)
  return slug.replace(/^-+|-+$/g, '') || 'image'
}
