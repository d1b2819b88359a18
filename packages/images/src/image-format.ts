export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif'

/** Bytes needed to distinguish the four formats: the longest signature is `RIFF....WEBP`. */
export const HEAD_BYTES = 12

/**
 * The format by the first bytes alone, or undefined. Names and declared content types are up to the
 * sender.
 */
export function imageFormatOf(head: Uint8Array): ImageFormat | undefined {
  const text = Buffer.from(head.subarray(0, HEAD_BYTES)).toString('latin1')
  if (text.startsWith('\xff\xd8')) return 'jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp'
  return undefined
}
