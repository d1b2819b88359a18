// The baseline without a service: sharp in a loop, on as many photos at a time as there are cores.
// Either one pipeline per size or, as experts would write it, the smaller size from the pixels of
// the larger one.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { eachOf } from './each-of.ts'
import { answerOrders } from './helper-process.ts'

export interface BareLoopOrder {
  files: readonly string[]
  outFolder: string
  concurrency: number
  decodeOnce: boolean
}

const WIDTHS = [1024, 800] as const
const QUALITY = 85

sharp.cache(false)
sharp.concurrency(1)

answerOrders(async ({ files, outFolder, concurrency, decodeOnce }: BareLoopOrder): Promise<number> => {
  await mkdir(outFolder, { recursive: true })
  const startedAt = performance.now()
  await eachOf(files, concurrency, async (file, index) => {
    const to = (width: number): string => join(outFolder, `${index}-${width}.jpg`)
    if (decodeOnce) await makeBoth(file, to)
    else await Promise.all(WIDTHS.map((width) => makeVariant(file, width, to(width))))
  })
  return performance.now() - startedAt
})

async function makeVariant(file: string, width: number, to: string): Promise<void> {
  const upright = sharp(file).autoOrient().resize({ width, withoutEnlargement: true })
  await upright.flatten({ background: '#fff' }).jpeg({ quality: QUALITY }).toFile(to)
}

async function makeBoth(file: string, to: (width: number) => string): Promise<void> {
  const [large, small] = WIDTHS
  const upright = sharp(file)
    .autoOrient()
    .resize({ width: large, withoutEnlargement: true })
    .flatten({ background: '#fff' })
  const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true })
  const pixels = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
  await Promise.all([
    pixels.clone().jpeg({ quality: QUALITY }).toFile(to(large)),
    pixels.clone().resize({ width: small, withoutEnlargement: true }).jpeg({ quality: QUALITY }).toFile(to(small)),
  ])
}
