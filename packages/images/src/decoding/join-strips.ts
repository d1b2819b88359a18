import type { MeasuredPx } from '../headers/image-error.ts'
import { turnedSize } from '../headers/turned-size.ts'
import { degreesOf } from './degrees-of.ts'
import { giveBack } from './give-back.ts'
import type { Pixels } from './read-pixels.ts'

/** Rows of a stored picture. */
export interface Strip {
  top: number
  height: number
}

/**
 * An upright picture of strips, each of which is upright itself.
 * @param stored the size of the picture before it is turned
 */
export async function joinStrips(
  stored: MeasuredPx,
  { rows, orientation }: { rows: number; orientation: number },
  read: (strip: Strip) => Promise<Pixels>,
): Promise<Pixels> {
  const size = turnedSize(stored, orientation)
  let joined: Pixels | undefined
  for (let top = 0; top < stored.height; top += rows) {
    const strip = { top, height: Math.min(rows, stored.height - top) }
    const pixels = await read(strip)
    joined ??= { ...size, channels: pixels.channels, data: Buffer.allocUnsafeSlow(areaOf(size) * pixels.channels) }
    place(pixels, joined, cornerOf(strip, stored, orientation))
    giveBack(pixels.data)
  }
  return joined as Pixels
}

const areaOf = ({ width, height }: MeasuredPx): number => width * height

function cornerOf({ top, height }: Strip, stored: MeasuredPx, orientation: number): { left: number; top: number } {
  const rest = stored.height - top - height
  switch (degreesOf(orientation)) {
    case 90:
      return { left: rest, top: 0 }
    case 180:
      return { left: 0, top: rest }
    case 270:
      return { left: top, top: 0 }
    default:
      return { left: 0, top }
  }
}

function place(part: Pixels, whole: Pixels, { left, top }: { left: number; top: number }): void {
  const rowBytes = part.width * part.channels
  for (let row = 0; row < part.height; row++)
    part.data.copy(
      whole.data,
      ((top + row) * whole.width + left) * whole.channels,
      row * rowBytes,
      (row + 1) * rowBytes,
    )
}
