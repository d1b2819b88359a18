/** Connection space of ICC profiles: D50 (ICC.1:2022, 7.2.16). */
const D50 = [0.9642, 1, 0.8249] as const
/** Bradford cone response (ICC.1:2022, annex E). */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
]
const CURVE_ENTRIES = 4096

type Vector = readonly [number, number, number]
type Matrix = readonly [Vector, Vector, Vector]
type Point = readonly [x: number, y: number]

export interface Colours {
  /** Maps a value (0 to 1) to light (0 to 1). */
  toLight: (value: number) => number
  /** Chromaticities of white, red, green and blue; none for grey. */
  points: readonly [white: Point, red: Point, green: Point, blue: Point] | undefined
}

/** An ICC profile, version 4, with which a colour management system interprets these values. */
export function iccProfileOf({ toLight, points }: Colours): Buffer {
  const curve = curveTag(toLight)
  const tags: [string, Buffer][] = [
    ['desc', textTag('Colours of the file')],
    ['cprt', textTag('No copyright')],
    ['wtpt', xyzTag(D50)],
    ...(points === undefined ? [['kTRC', curve] as [string, Buffer]] : colourTags(points, curve)),
  ]
  return writeProfile(points === undefined ? 'GRAY' : 'RGB ', tags)
}

function colourTags(points: NonNullable<Colours['points']>, curve: Buffer): [string, Buffer][] {
  const columns = primariesAtD50(points)
  const names = ['r', 'g', 'b']
  return names.flatMap((name, index): [string, Buffer][] => [
    [`${name}XYZ`, xyzTag(columns[index] as Vector)],
    [`${name}TRC`, curve],
  ])
}

/** XYZ of each primary, scaled to add up to white, adapted to D50. */
function primariesAtD50([white, ...primaries]: NonNullable<Colours['points']>): Matrix {
  const columns = primaries.map(toXyz) as unknown as Matrix
  const amounts = multiply(inverse(transpose(columns)), toXyz(white))
  const scaled = columns.map((column, index) => scale(column, amounts[index] as number))
  const [from, to] = [multiply(BRADFORD, toXyz(white)), multiply(BRADFORD, D50)]
  const adapt = (colour: Vector): Vector => {
    const cones = multiply(BRADFORD, colour).map(
      (cone, index) => (cone * (to[index] as number)) / (from[index] as number),
    )
    return multiply(inverse(BRADFORD), cones as unknown as Vector)
  }
  return scaled.map(adapt) as unknown as Matrix
}

const toXyz = ([x, y]: Point): Vector => [x / y, 1, (1 - x - y) / y]
const scale = (vector: Vector, by: number): Vector => vector.map((value) => value * by) as unknown as Vector
const multiply = (matrix: Matrix, vector: Vector): Vector =>
  matrix.map((row) =>
    row.reduce((sum, value, index) => sum + value * (vector[index] as number), 0),
  ) as unknown as Vector
const transpose = (matrix: Matrix): Matrix =>
  [0, 1, 2].map((column) => matrix.map((row) => row[column])) as unknown as Matrix

/** With the cross products of its rows. */
function inverse(matrix: Matrix): Matrix {
  const [a, b, c] = matrix
  const cross = (u: Vector, v: Vector): Vector => [
    u[1] * v[2] - u[2] * v[1],
    u[2] * v[0] - u[0] * v[2],
    u[0] * v[1] - u[1] * v[0],
  ]
  const columns: Matrix = [cross(b, c), cross(c, a), cross(a, b)]
  const determinant = a[0] * columns[0][0] + a[1] * columns[0][1] + a[2] * columns[0][2]
  return transpose(columns.map((column) => scale(column, 1 / determinant)) as unknown as Matrix)
}

function textTag(text: string): Buffer {
  const body = Buffer.from(text, 'utf16le').swap16()
  const head = Buffer.alloc(28)
  head.write('mluc', 0, 'latin1')
  head.writeUInt32BE(1, 8) // one record of 12 bytes
  head.writeUInt32BE(12, 12)
  head.write('enUS', 16, 'latin1')
  head.writeUInt32BE(body.length, 20)
  head.writeUInt32BE(28, 24)
  return Buffer.concat([head, body])
}

function xyzTag(values: Vector): Buffer {
  const tag = Buffer.alloc(20)
  tag.write('XYZ ', 0, 'latin1')
  values.forEach((value, index) => tag.writeInt32BE(Math.round(value * 65_536), 8 + index * 4))
  return tag
}

function curveTag(toLight: (value: number) => number): Buffer {
  const tag = Buffer.alloc(12 + CURVE_ENTRIES * 2)
  tag.write('curv', 0, 'latin1')
  tag.writeUInt32BE(CURVE_ENTRIES, 8)
  for (let at = 0; at < CURVE_ENTRIES; at++) {
    const light = Math.min(1, Math.max(0, toLight(at / (CURVE_ENTRIES - 1))))
    tag.writeUInt16BE(Math.round(light * 65_535), 12 + at * 2)
  }
  return tag
}

function writeProfile(space: 'RGB ' | 'GRAY', tags: readonly [string, Buffer][]): Buffer {
  const padded = tags.map(([, data]) => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]))
  const head = Buffer.alloc(132 + tags.length * 12)
  let offset = head.length
  tags.forEach(([name, data], index) => {
    head.write(name, 132 + index * 12, 'latin1')
    head.writeUInt32BE(offset, 136 + index * 12)
    head.writeUInt32BE(data.length, 140 + index * 12)
    offset += (padded[index] as Buffer).length
  })
  head.writeUInt32BE(offset, 0)
  head.writeUInt32BE(0x04_30_00_00, 8)
  head.write(`mntr${space}XYZ `, 12, 'latin1')
  head.write('acsp', 36, 'latin1')
  D50.forEach((value, index) => head.writeInt32BE(Math.round(value * 65_536), 68 + index * 4))
  head.writeUInt32BE(tags.length, 128)
  return Buffer.concat([head, ...padded])
}
