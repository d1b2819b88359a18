import type { RgbPixels } from '@darkroom/images'
import type { TiltedBox } from './tilted-box.ts'

/** Points per pixel and direction that are averaged at most when a box is scaled down. */
const MOST_POINTS = 4

/**
 * The inside of a tilted box as the recognizer wants it: scaled to that size, planes of blue, green
 * and red, each value from -1 to 1. Outside of the picture its edge is repeated.
 */
export function cutOut(picture: RgbPixels, box: TiltedBox, size: { width: number; height: number }): Float32Array {
  const { width, height } = size
  const [stepX, stepY] = [box.width / width, box.height / height]
  const points = Math.min(MOST_POINTS, Math.max(1, Math.round(Math.max(stepX, stepY))))
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const plane = width * height
  const planes = new Float32Array(plane * 3)
  const colour = new Float64Array(3)
  for (let at = 0; at < plane; at++) {
    colour.fill(0)
    const [column, row] = [at % width, Math.floor(at / width)]
    for (let point = 0; point < points * points; point++) {
      const across = (column + ((point % points) + 0.5) / points) * stepX - box.width / 2
      const down = (row + (Math.floor(point / points) + 0.5) / points) * stepY - box.height / 2
      addColour(picture, box.x + across * cos - down * sin - 0.5, box.y + across * sin + down * cos - 0.5, colour)
    }
    for (let channel = 0; channel < 3; channel++)
      planes[(2 - channel) * plane + at] = (colour[channel] as number) / (points * points) / 127.5 - 1
  }
  return planes
}

/** Bilinear. */
function addColour({ data, width, height }: RgbPixels, x: number, y: number, sum: Float64Array): void {
  const [insideX, insideY] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)]
  const [left, top] = [Math.floor(insideX), Math.floor(insideY)]
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)]
  const [shareX, shareY] = [insideX - left, insideY - top]
  const [topRow, bottomRow] = [top * width, bottom * width]
  for (let channel = 0; channel < 3; channel++) {
    const of = (at: number): number => data[at * 3 + channel] as number
    const upper = of(topRow + left) * (1 - shareX) + of(topRow + right) * shareX
    const lower = of(bottomRow + left) * (1 - shareX) + of(bottomRow + right) * shareX
    sum[channel] = (sum[channel] as number) + upper * (1 - shareY) + lower * shareY
  }
}
