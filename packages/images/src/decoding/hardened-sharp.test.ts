import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleGif, sampleJpeg, samplePng, sampleWebp } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hardenSharp, sharp } from './hardened-sharp.ts'

const size = { width: 32, height: 24 }
const plain = () => sharp({ create: { ...size, channels: 3, background: '#369' } })
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="24"><rect width="9" height="9"/></svg>'

const blockedKinds: Record<string, () => Promise<Buffer>> = {
  'picture.svg': async () => Buffer.from(svg),
  'picture.tiff': () => plain().tiff().toBuffer(),
  'picture.avif': () => plain().avif({ effort: 0 }).toBuffer(),
}

const allowedKinds = { jpeg: sampleJpeg, png: samplePng, webp: sampleWebp, gif: sampleGif }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hardened-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(hardenSharp)

describe.each(Object.entries(blockedKinds))('%s', (name, make) => {
  it('is rejected, as a file and as a buffer, although it is a valid picture', async () => {
    const bytes = await make()
    const path = join(folder, name)
    await writeFile(path, bytes)
    for (const input of [path, bytes]) await expect(decode(input)).rejects.toThrow(/unsupported image format/)

    // With all loaders enabled the same bytes decode: the block rejects them, not an error in this
    // test.
    sharp.unblock({ operation: ['VipsForeignLoad'] })
    for (const input of [path, bytes]) await expect(decode(input)).resolves.toBeGreaterThan(0)
  })
})

it("rejects libvips' own format, which is recognized by name", async () => {
  const path = join(folder, 'picture.v')
  await plain().toFile(path)
  await expect(decode(path)).rejects.toThrow(/unsupported image format/)
})

it.each([
  ['table.csv', '1,2\n3,4\n'],
  ['table.mat', '2 2\n1 2\n3 4\n'],
  ['picture.ppm', 'P3\n1 1\n255\n1 2 3\n'],
  ['picture.pdf', '%PDF-1.4\n'],
])('rejects %s', async (name, text) => {
  await writeFile(join(folder, name), text)
  await expect(decode(join(folder, name))).rejects.toThrow(/unsupported image format/)
})

it.each(Object.entries(allowedKinds))('opens %s, as a file and as a buffer', async (name, make) => {
  const bytes = await make(size)
  const path = join(folder, `sample.${name}`)
  await writeFile(path, bytes)
  for (const input of [path, bytes]) expect((await sharp(input).metadata()).format).toBe(name)
})

it('caches no pixels and uses one thread per image', () => {
  expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, items: { max: 0 } })
  expect(sharp.concurrency()).toBe(1)
})

async function decode(input: string | Buffer): Promise<number> {
  return (await sharp(input).raw().toBuffer()).length
}
