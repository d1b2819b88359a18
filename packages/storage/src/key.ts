import { StorageError } from './storage-error.ts'

/** The maximum key length of S3. */
const MAX_KEY_BYTES = 1024

/**
 * File systems allow 255 bytes per name; the temporary name of a file is longer than its final one.
 */
const MAX_SEGMENT_BYTES = 200

// Control characters have no use in a name and a long record of misuse in logs and headers; a
// backslash is a folder on Windows.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_CHARACTERS = /[\u0000-\u001f\u007f\\]/

/**
 * Returns the key unchanged, or throws INVALID_KEY. A key consists of segments joined by `/`: none
 * empty, none starting with a dot. This rules out absolute paths and `..`, and reserves dot names
 * for files being written.
 */
export function parseKey(key: string): string {
  const fault = keyFault(key)
  if (fault !== undefined) throw new StorageError('INVALID_KEY', `Not a storage key: ${fault}.`)
  return key
}

function keyFault(key: string): string | undefined {
  if (key === '') return 'it is empty'
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`
  if (FORBIDDEN_CHARACTERS.test(key) || !key.isWellFormed()) return 'it contains a forbidden character'
  return key
    .split('/')
    .map(segmentFault)
    .find((fault) => fault !== undefined)
}

function segmentFault(segment: string): string | undefined {
  if (segment === '') return 'a segment is empty'
  if (segment.startsWith('.')) return 'a segment starts with a dot'
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`
  return undefined
}
