// What anyone would write without a service: sharp in a loop, one pipeline a size, on as many photos at a time as there are cores.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { eachOf } from './each-of.ts'
import { answerOrders } from './helper-process.ts'

export interface BareLoopOrder {
  files: readonly string[]
  outFolder: string
  concurrency: number
}

const WIDTHS = [1024, 800]

sharp.cache(false)
sharp.concurrency(1)

answerOrders(async ({ files, outFolder, concurrency }: BareLoopOrder): Promise<number> => {
  await mkdir(outFolder, { recursive: true })
  const startedAt = performance.now()
  await eachOf(files, concurrency, async (file, index) => {
    await Promise.all(WIDTHS.map((width) => makeVariant(file, width, join(outFolder, `${index}-${width}.jpg`))))
  })
  return performance.now() - startedAt
})

async function makeVariant(file: string, width: number, to: string): Promise<void> {
  const upright = sharp(file).autoOrient().resize({ width, withoutEnlargement: true })
  await upright.flatten({ background: '#fff' }).jpeg({ quality: 85 }).toFile(to)
}
