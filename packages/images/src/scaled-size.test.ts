import { expect, it } from 'vitest'
import { sharp } from './decoding/hardened-sharp.ts'
import { scaledSize } from './scaled-size.ts'

it.each([
  [{ width: 3000, height: 4000 }, 1024, { width: 1024, height: 1365 }],
  [{ width: 800, height: 600 }, 1024, { width: 800, height: 600 }],
  [{ width: 60_000, height: 1 }, 1024, { width: 1024, height: 1 }],
  [{ width: 1, height: 60_000 }, 800, { width: 1, height: 60_000 }],
])('scales %o to width %i', (source, width, expected) => {
  expect(scaledSize(source, width)).toEqual(expected)
})

it('rounds like a direct resize, including halves', async () => {
  for (const width of [801, 1025, 1600, 2048, 3000])
    for (let height = 1; height < 24; height++)
      expect(scaledSize({ width, height }, 800)).toEqual(await direct(width, height))
})

async function direct(width: number, height: number): Promise<{ width: number; height: number }> {
  const { info } = await sharp(Buffer.alloc(width * height), { raw: { width, height, channels: 1 } })
    .resize({ width: 800, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height }
}
