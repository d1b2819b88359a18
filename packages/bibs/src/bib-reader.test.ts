import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleJpeg, truncatedJpeg } from '@darkroom/testing'
import { drawRace } from '@darkroom/testing/race-photos'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BibReader, openBibReader } from './bib-reader.ts'
import { DEFAULT_MIN_CONFIDENCE } from './bib-readings.ts'
import { describeModels } from './models.ts'

let folder: string
let reader: BibReader

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-bibs-'))
  reader = await openBibReader()
})
afterAll(() => reader.close())

async function file(name: string, bytes: Buffer | string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

it('reads with the models that are installed with it', async () => {
  expect(reader.models).toBe('PP-OCRv4')
  expect(await describeModels()).toBe('PP-OCRv4, as installed')
})

it('finds nothing in a photo without numbers', async () => {
  expect(await reader.read(await file('plain.jpg', await sampleJpeg({ width: 640, height: 480 })))).toEqual([])
})

it.each([1, 4])('finds the numbers of drawn race photo %i, and nothing else', async (seed) => {
  const { bytes, numbers, optional } = await drawRace({ seed, width: 1600 })
  const readings = await reader.read(await file(`race-${seed}.jpg`, bytes))
  const found = readings.filter(({ confidence }) => confidence >= DEFAULT_MIN_CONFIDENCE).map(({ number }) => number)
  const long = numbers.filter(({ length }) => length > 1)
  expect(found).toEqual(expect.arrayContaining(long))
  expect(found.filter((number) => ![...numbers, ...optional].includes(number))).toEqual([])
  for (const { box } of readings) {
    expect(Math.min(box.left, box.top, box.width - 1, box.height - 1)).toBeGreaterThanOrEqual(0)
    expect(box.left + box.width).toBeLessThanOrEqual(1600)
    expect(box.top + box.height).toBeLessThanOrEqual(1067)
  }
})

it('gives boxes in pixels of the photo as displayed', async () => {
  const { bytes } = await drawRace({ seed: 4, width: 1600 })
  const upright = await reader.read(await file('upright.jpg', bytes))
  // Stored a quarter turn to the left; orientation 6 says to turn it right.
  const turned = await sharp(bytes).rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
  const [reading] = await reader.read(await file('turned.jpg', turned))
  const same = upright.find(({ number }) => number === reading?.number)
  expect(reading?.confidence).toBeGreaterThan(DEFAULT_MIN_CONFIDENCE)
  for (const side of ['left', 'top', 'width', 'height'] as const)
    expect(Math.abs((reading?.box[side] ?? Infinity) - (same?.box[side] ?? 0))).toBeLessThan(10)
})

describe('bad photos', () => {
  it.each([
    ['a truncated one', () => truncatedJpeg(), 'IMAGE_CORRUPT'],
    ['a text file', async () => 'not a photo', 'IMAGE_UNSUPPORTED'],
  ])('%s is refused for good', async (name, bytes, code) => {
    await expect(reader.read(await file(name, await bytes()))).rejects.toMatchObject({ code, permanent: true })
  })

  it('more pixels than allowed are refused before they are decoded', async () => {
    const small = await openBibReader({ maxPixels: 1000 })
    const path = await file('large.jpg', await sampleJpeg({ width: 640, height: 480 }))
    await expect(small.read(path)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', width: 640, height: 480 })
    await small.close()
  })
})

describe('models that cannot be used', () => {
  it.each([
    ['no folder', async () => join(folder, 'none')],
    ['an empty folder', () => mkdtemp(join(folder, 'empty-'))],
    [
      'files that are no models',
      async () => {
        const models = await mkdtemp(join(folder, 'broken-'))
        for (const part of ['det', 'rec', 'characters'])
          await writeFile(join(models, part === 'characters' ? 'keys.txt' : `${part}.onnx`), 'abc')
        return models
      },
    ],
  ])('%s: the error says what to do', async (_name, models) => {
    const opening = openBibReader({ models: await models() })
    await expect(opening).rejects.toMatchObject({ code: 'BIB_MODELS', message: expect.stringMatching(/BIBS_MODELS/) })
  })
})
