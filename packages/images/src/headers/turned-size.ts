import type { MeasuredPx } from './image-error.ts'

/**
 * The displayed size of a stored picture, or vice versa: orientations 5 to 8 are a quarter turn
 * (EXIF 2.32, tag 0x0112).
 */
export const turnedSize = ({ width, height }: MeasuredPx, orientation: number): MeasuredPx =>
  orientation >= 5 ? { width: height, height: width } : { width, height }
