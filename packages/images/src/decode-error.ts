import { ImageError } from './image-error.ts'

/** Longest piece of a decoder's own words that is repeated to the person who sent the file. */
const maxDetailChars = 120

/**
 * Turns what sharp threw while reading `path` into a verdict. The file has one of the four marks by then, so what the
 * decoder cannot read is damaged. Trouble of the machine (memory, disk, a vanished file) is handed back as it is: calling
 * a sound picture corrupt for ever because the disk was full would be the worst answer.
 */
export function toImageError(error: unknown, path: string): unknown {
  if (error instanceof ImageError || !(error instanceof Error) || isMachineTrouble(error)) return error
  if (error.message.includes('unsupported image format'))
    return new ImageError('IMAGE_UNSUPPORTED', 'The file is not a JPEG, PNG, WebP or GIF image.', { cause: error })
  if (error.message.includes('exceeds pixel limit'))
    return new ImageError('IMAGE_TOO_LARGE', 'The image has more pixels than allowed.', { cause: error })
  return new ImageError('IMAGE_CORRUPT', `The image is damaged and cannot be decoded${detailOf(error, path)}.`, {
    cause: error,
  })
}

function isMachineTrouble(error: Error): boolean {
  if ('code' in error) return true // a system error of Node; sharp's own errors have no code
  return /out of memory|insufficient memory|unable to allocate|no space left|too many open files|input file is missing|permission denied/i.test(
    error.message,
  )
}

function detailOf(error: Error, path: string): string {
  const firstLine = error.message.replaceAll(path, 'file').split('\n')[0] ?? ''
  // The decoder may quote bytes of the file: only plain characters go on.
  const plain = firstLine.replace(/^Input file has corrupt header:?/, '').replace(/[^\x20-\x7e]/g, '?')
  const detail = plain.trim().replace(/\.$/, '').slice(0, maxDetailChars)
  return detail === '' ? '' : ` (${detail})`
}
