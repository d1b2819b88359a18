import sharp from 'sharp'
import { expect, it } from 'vitest'
import { drawRace } from './draw-race.ts'

it('draws the same photo for the same seed, and another one for another seed', async () => {
  const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => drawRace({ seed, width: 800 })))
  expect(same).toEqual(one)
  expect(other?.bytes.equals(one?.bytes as Buffer)).toBe(false)
  const { format, width, height } = await sharp(one?.bytes).metadata()
  expect({ format, width, height }).toEqual({ format: 'jpeg', width: 800, height: 533 })
})

it('tells which numbers can be read, and what is left of those under a hand', async () => {
  const photos = await Promise.all([1, 2, 3, 4].map((seed) => drawRace({ seed, width: 800 })))
  for (const { numbers, optional } of photos) {
    expect(numbers.length + optional.length).toBeGreaterThan(0)
    expect([...numbers, ...optional].every((number) => /^\d{1,5}$/.test(number))).toBe(true)
  }
  const hidden = photos.find(({ optional }) => optional.length > 0)
  expect(hidden?.optional[0]?.endsWith(hidden.optional[1] ?? '-')).toBe(true)
})
