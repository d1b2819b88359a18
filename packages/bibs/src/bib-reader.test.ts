import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleJpeg, truncatedJpeg } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BibReader, openBibReader } from './bib-reader.ts'
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
