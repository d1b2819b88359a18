/** A point in pixels. */
export interface Point {
  x: number
  y: number
}

/** A rectangle that may be tilted: its sides, and the angle of its width in radians. */
export interface TiltedBox extends Point {
  width: number
  height: number
  angle: number
}

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** The smallest rectangle around a convex polygon: one of its sides lies on one of the polygon's. */
export function smallestBox(hull: readonly Point[]): TiltedBox {
  let best: TiltedBox | undefined
  for (const [index, from] of hull.entries()) {
    const to = hull[(index + 1) % hull.length] as Point
    const box = boxAlong(hull, Math.atan2(to.y - from.y, to.x - from.x))
    if (!best || box.width * box.height < best.width * best.height) best = box
  }
  return upright(best ?? boxAlong(hull, 0))
}

/** Convex hull (Andrew's monotone chain) of points that are sorted by y, then x. */
export function hullOf(points: readonly Point[]): Point[] {
  const half = (sorted: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of sorted) {
      while (chain.length > 1 && turn(chain.at(-2) as Point, chain.at(-1) as Point, point) <= 0) chain.pop()
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  return points.length < 2 ? [...points] : [...half(points), ...half(points.toReversed())]
}

export function cornersOf({ x, y, width, height, angle }: TiltedBox): Point[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([across = 0, down = 0]) => ({
    x: x + (across * width * cos - down * height * sin) / 2,
    y: y + (across * width * sin + down * height * cos) / 2,
  }))
}

/** The box of the whole pixels around some points, inside a picture. */
export function boxAround(points: readonly Point[], { width, height }: { width: number; height: number }): Box {
  const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most)
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const left = clamp(Math.floor(Math.min(...xs)), width - 1)
  const top = clamp(Math.floor(Math.min(...ys)), height - 1)
  return {
    left,
    top,
    width: clamp(Math.ceil(Math.max(...xs)), width) - left || 1,
    height: clamp(Math.ceil(Math.max(...ys)), height) - top || 1,
  }
}

function boxAlong(hull: readonly Point[], angle: number): TiltedBox {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  let [least, most, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { x, y } of hull) {
    const [across, down] = [x * cos + y * sin, y * cos - x * sin]
    least = Math.min(least, across)
    most = Math.max(most, across)
    top = Math.min(top, down)
    bottom = Math.max(bottom, down)
  }
  const [across, down] = [(least + most) / 2, (top + bottom) / 2]
  return {
    x: across * cos - down * sin,
    y: across * sin + down * cos,
    width: most - least,
    height: bottom - top,
    angle,
  }
}

/** The same rectangle, with an angle of at most 45 degrees: nobody runs lying down. */
function upright({ x, y, width, height, angle }: TiltedBox): TiltedBox {
  const quarters = Math.round(angle / (Math.PI / 2))
  const isSwapped = quarters % 2 !== 0
  const sides = isSwapped ? { width: height, height: width } : { width, height }
  return { x, y, ...sides, angle: angle - (quarters * Math.PI) / 2 }
}

const turn = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
