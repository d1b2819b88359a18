import { expect, it } from 'vitest'
import { findTextAreas } from './text-areas.ts'

const [WIDTH, HEIGHT] = [120, 90]

/** A map on which the pixels of a tilted rectangle are text. */
function mapWith(box: { x: number; y: number; width: number; height: number; angle: number }, probability: number) {
  const data = Float32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [x, y] = [(at % WIDTH) + 0.5 - box.x, Math.floor(at / WIDTH) + 0.5 - box.y]
    const along = Math.abs(x * Math.cos(box.angle) + y * Math.sin(box.angle))
    const across = Math.abs(y * Math.cos(box.angle) - x * Math.sin(box.angle))
    return along <= box.width / 2 && across <= box.height / 2 ? probability : 0.05
  })
  return { data, width: WIDTH, height: HEIGHT }
}

it.each([0, 0.4, -0.6])('finds a box at an angle of %f, larger by the margin that the detector leaves out', (angle) => {
  const [box, ...others] = findTextAreas(mapWith({ x: 60, y: 45, width: 60, height: 16, angle }, 0.9))
  expect(others).toEqual([])
  expect(box?.x).toBeCloseTo(60, -1)
  expect(box?.y).toBeCloseTo(45, -1)
  expect(Math.abs((box?.angle ?? 9) - angle)).toBeLessThan(0.06)
  // 1.6 times its area divided by its circumference, on every side.
  const margin = (60 * 16 * 1.6) / (2 * (60 + 16))
  expect(Math.abs((box?.width ?? 0) - 60 - 2 * margin)).toBeLessThan(4)
  expect(Math.abs((box?.height ?? 0) - 16 - 2 * margin)).toBeLessThan(4)
})

it('leaves out what is unlikely to be text, and specks', () => {
  expect(findTextAreas(mapWith({ x: 60, y: 45, width: 60, height: 16, angle: 0 }, 0.4))).toEqual([])
  expect(findTextAreas(mapWith({ x: 60, y: 45, width: 2, height: 2, angle: 0 }, 0.9))).toEqual([])
})

it('of a page full of print, only the highest lines are read', () => {
  const [width, height] = [400, 600]
  const data = new Float32Array(width * height)
  // 20 x 20 words, the lower the page the lower the words.
  for (let word = 0; word < 400; word++) {
    const [left, top] = [(word % 20) * 20 + 2, Math.floor(word / 20) * 30 + 2]
    const lines = 20 - Math.floor(word / 40)
    for (let row = top; row < top + lines; row++) data.fill(0.9, row * width + left, row * width + left + 12)
  }
  const boxes = findTextAreas({ data, width, height })
  expect(boxes).toHaveLength(200)
  expect(Math.max(...boxes.map(({ y }) => y))).toBeLessThan(height / 2)
})
