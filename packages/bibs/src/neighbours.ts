import type { TiltedBox } from './tilted-box.ts'

/** Of two boxes on one line; relative to the lower of them. */
const MOST_HEIGHT_RATIO = 1.6
const MOST_OFFSET = 0.4
const MOST_OVERLAP = 0.5

/** Whether two texts are next to each other on one line, with a gap of at most so many heights. */
export function isNeighbour(a: TiltedBox, b: TiltedBox, mostGap: number): boolean {
  const height = Math.min(a.height, b.height)
  if (Math.max(a.height, b.height) > height * MOST_HEIGHT_RATIO) return false
  const { along, across } = distances(a, b)
  const gap = along - (a.width + b.width) / 2
  return across <= height * MOST_OFFSET && gap <= height * mostGap && gap >= -height * MOST_OVERLAP
}

/** Whether two boxes are in the same place: the middle of one is inside the other. */
export const overlap = (a: TiltedBox, b: TiltedBox): boolean => holds(a, b) || holds(b, a)

/** Whether two boxes share a part of a line. */
export function touch(a: TiltedBox, b: TiltedBox): boolean {
  const { along, across } = distances(a, b)
  return along < (a.width + b.width) / 2 && across < (a.height + b.height) / 2
}

function holds(outer: TiltedBox, inner: TiltedBox): boolean {
  const { along, across } = distances(outer, inner)
  return along < outer.width / 2 && across < outer.height / 2
}

/** Between the middles of two boxes, along the line of the first and across it. */
function distances(a: TiltedBox, b: TiltedBox): { along: number; across: number } {
  const [x, y] = [b.x - a.x, b.y - a.y]
  const [cos, sin] = [Math.cos(a.angle), Math.sin(a.angle)]
  return { along: Math.abs(x * cos + y * sin), across: Math.abs(y * cos - x * sin) }
}
