import type { Pixels } from './decoding/read-pixels.ts'

const ROWS = 32
/** Measured: photos have a twentieth to a third, drawings, text and screenshots more than half. */
const FLAT_SHARE = 0.5

/**
 * Whether a picture is a drawing and not a photo: on some of its rows, many pixels have exactly the
 * colour of their neighbour.
 */
export function isFlat({ data, width, height, channels }: Pixels): boolean {
  const rows = Math.min(ROWS, height)
  let equal = 0
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(((row + 0.5) * height) / rows) * width * channels
    const end = start + width * channels
    for (let at = start + channels; at < end; at += channels)
      if (data[at] === data[at - channels] && data[at + 1] === data[at + 1 - channels]) equal += 1
  }
  return equal > rows * width * FLAT_SHARE
}
