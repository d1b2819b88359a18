import { ImageError } from '../headers/image-error.ts'

/**
 * Turns an error of sharp into a verdict. The file has one of the four signatures by then, so a
 * file that the decoder cannot read is corrupt; the decoder's message, which may quote the file or
 * its path, is kept as the cause. Machine problems (memory, disk, a missing file) are returned
 * unchanged: permanently marking a valid picture as corrupt because the disk was full would be the
 * worst outcome.
 */
export function toImageError(error: unknown): unknown {
  if (error instanceof ImageError || !(error instanceof Error) || isMachineTrouble(error)) return error
  if (/unsupported/i.test(error.message))
    return new ImageError(
      'IMAGE_UNSUPPORTED',
      'The encoding of the image is not supported. Save it as a standard JPEG, PNG, WebP or GIF.',
      { cause: error },
    )
  if (error.message.includes('exceeds pixel limit'))
    return new ImageError('IMAGE_TOO_LARGE', 'The image has more pixels than allowed.', { cause: error })
  return new ImageError(
    'IMAGE_CORRUPT',
    'The image is damaged: some of its pixels are missing or cannot be read. Send the original file again.',
    { cause: error },
  )
}

function isMachineTrouble(error: Error): boolean {
  if ('code' in error) return true // a system error of Node; sharp's own errors have no code
  return /out of memory|insufficient memory|unable to allocate|no space left|too many open files|input file is missing|permission denied/i.test(
    error.message,
  )
}
