import type { Asset } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(?:jpe?g|png|webp)$/

type ContentType = Asset['contentType']

/** The name of an asset. Throws INVALID_FIELD. */
export function parseAssetName(name: string): string {
  if (NAME.test(name)) return name
  throw invalidName('must be letters, digits, - and _, and end in .jpg, .png or .webp: harbour.jpg')
}

/** Throws INVALID_FIELD for a name that does not say what the file is. */
export function assertNamedAfter(name: string, format: string): void {
  if (contentTypeOf(name) === `image/${format}`) return
  const right = `${name.slice(0, name.lastIndexOf('.'))}.${format === 'jpeg' ? 'jpg' : format}`
  throw invalidName(`does not match the file, which is a ${format.toUpperCase()} image: call it ${right}`)
}

/** A stored file has the type of its name, because it was stored under no other. */
export function contentTypeOf(name: string): ContentType {
  if (name.endsWith('.png')) return 'image/png'
  return name.endsWith('.webp') ? 'image/webp' : 'image/jpeg'
}

function invalidName(detail: string): AppError {
  return new AppError('INVALID_FIELD', `The name of the asset ${detail}.`, { errors: [{ pointer: '/name', detail }] })
}
