import { ImageError } from '../headers/image-error.ts'
import { ResourceError } from './resource-error.ts'

/**
 * Turns an error of the decoder into a verdict. The file has one of the four signatures by then, so
 * a file that the decoder cannot read is corrupt; the decoder's message, which may quote the file or
 * its path, is kept as the cause. Machine problems (memory, threads, disk, a missing file) are no
 * verdict: permanently marking a valid picture as corrupt because the disk was full would be the
 * worst outcome.
 */
export function toImageError(error: unknown): unknown {
  const known = toResourceError(error)
  if (!(known instanceof Error) || 'code' in known || isFileTrouble(known)) return known
  if (/unsupported/i.test(known.message))
    return new ImageError(
      'IMAGE_UNSUPPORTED',
      'The encoding of the image is not supported. Save it as a standard JPEG, PNG, WebP or GIF.',
      { cause: error },
    )
  if (known.message.includes('exceeds pixel limit'))
    return new ImageError('IMAGE_TOO_LARGE', 'The image has more pixels than allowed.', { cause: error })
  return new ImageError(
    'IMAGE_CORRUPT',
    'The image is damaged: some of its pixels are missing or cannot be read. Send the original file again.',
    { cause: error },
  )
}

/**
 * A ResourceError if sharp reports a lack of memory, threads or open files; otherwise the same
 * error. Errors with a code are known: system errors of Node, and our own. Those of sharp have none.
 */
export function toResourceError(error: unknown): unknown {
  return error instanceof Error && !('code' in error) && RESOURCES.test(error.message)
    ? new ResourceError('MEMORY_LIMIT', error)
    : error
}

const RESOURCES =
  /out of memory|insufficient memory|(unable|failed|cannot) to? ?allocate|bad_alloc|unable to mmap|creat(e|ing) thread|resource temporarily unavailable|too many open files/i

function isFileTrouble(error: Error): boolean {
  return /no space left|input file is missing|permission denied/i.test(error.message)
}
