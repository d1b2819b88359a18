import { hullOf, type Point, smallestBox, type TiltedBox } from './tilted-box.ts'

/** How likely each pixel belongs to text. */
export interface TextMap {
  data: Float32Array
  width: number
  height: number
}

/** Thresholds of the detector's authors: of a pixel, and of the mean of an area. */
const PIXEL_THRESHOLD = 0.3
const AREA_THRESHOLD = 0.5
/** Smaller ones are noise. */
const LEAST_SIDE_PX = 3
/** The detector is trained to find text without its edges: by how much areas grow again. */
const UNCLIP_RATIO = 1.6

/**
 * A crowd with sponsors has 60. Each is read on its own, so a page of print would take longer than a
 * job may.
 */
const MOST_AREAS = 200

/** The boxes around connected text pixels, in pixels of the map; of too many, the highest. */
export function findTextAreas(map: TextMap): TiltedBox[] {
  const seen = new Uint8Array(map.data.length)
  const boxes: TiltedBox[] = []
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || (map.data[start] as number) < PIXEL_THRESHOLD) continue
    const { edges, mean } = floodFill(map, seen, start)
    if (mean < AREA_THRESHOLD) continue
    const box = smallestBox(hullOf(edges))
    if (Math.min(box.width, box.height) + 1 >= LEAST_SIDE_PX) boxes.push(grown(box))
  }
  return boxes.toSorted((a, b) => b.height - a.height).slice(0, MOST_AREAS)
}

/** The leftmost and rightmost pixels of each row: enough for the hull. */
function floodFill({ data, width, height }: TextMap, seen: Uint8Array, start: number) {
  const rows = new Map<number, [least: number, most: number]>()
  const stack = [start]
  seen[start] = 1
  let [sum, count] = [0, 0]
  const visit = (at: number): void => {
    if (seen[at] === 1 || (data[at] as number) < PIXEL_THRESHOLD) return
    seen[at] = 1
    stack.push(at)
  }
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const [x, y] = [at % width, Math.floor(at / width)]
    sum += data[at] as number
    count += 1
    const row = rows.get(y)
    if (row) [row[0], row[1]] = [Math.min(row[0], x), Math.max(row[1], x)]
    else rows.set(y, [x, x])
    if (x > 0) visit(at - 1)
    if (x < width - 1) visit(at + 1)
    if (y > 0) visit(at - width)
    if (y < height - 1) visit(at + width)
  }
  const edges: Point[] = [...rows]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([y, [least, most]]) => (least === most ? [{ x: least, y }] : [least, most].map((x) => ({ x, y }))))
  return { edges, mean: sum / count }
}

function grown({ width, height, ...box }: TiltedBox): TiltedBox {
  const [fullWidth, fullHeight] = [width + 1, height + 1]
  const distance = (fullWidth * fullHeight * UNCLIP_RATIO) / (2 * (fullWidth + fullHeight))
  return {
    ...box,
    x: box.x + 0.5,
    y: box.y + 0.5,
    width: fullWidth + 2 * distance,
    height: fullHeight + 2 * distance,
  }
}
