import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { corpusFolder } from '@darkroom/testing'
import { describe, expect, it } from 'vitest'
import { decode } from './decoding/decode.ts'
import { sharp } from './decoding/hardened-sharp.ts'
import type { Pixels } from './decoding/read-pixels.ts'
import { checkedSize } from './inspect-image.ts'
import { DEFAULT_MAX_PIXELS } from './limits.ts'
import { makeVariants } from './make-variants.ts'
import { readHeader } from './read-header.ts'
import { scaledSize } from './scaled-size.ts'

type Colour = readonly [number, number, number]

/** Created by `reference-colours.py` next to it: another decoder, another colour management. */
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../test/reference-colours.json'), 'utf8'),
) as Record<string, Colour[]>

/**
 * Levels of 255, of the mean colours of the cells. A JPEG of a small picture loses saturated
 * colours at edges.
 */
const ofPixels = { worst: 1.5, mean: 0.1 }
const ofVariants = { worst: 9, mean: 0.5 }

const folder = corpusFolder() ?? ''
const files = Object.keys(reference).filter((file) => existsSync(join(folder, file)))

describe.skipIf(files.length === 0)('pictures match a colour-managed reference', () => {
  it('as they are decoded', { timeout: 60_000 }, async () => {
    expectWithin(await differences(pixelsOf), ofPixels)
  })

  it('as the resulting JPEGs', { timeout: 60_000 }, async () => {
    expectWithin(await differences(variantOf), ofVariants)
  })
})

interface Difference {
  file: string
  worst: number
  mean: number
}

function expectWithin(found: Difference[], bounds: { worst: number; mean: number }): void {
  const mean = found.reduce((sum, difference) => sum + difference.mean, 0) / found.length
  const [worst] = found.toSorted((a, b) => b.worst - a.worst)
  console.info(`${found.length} pictures: worst ${worst?.worst.toFixed(1)} (${worst?.file}), mean ${mean.toFixed(2)}`)
  expect(found.filter((difference) => difference.worst > bounds.worst)).toEqual([])
  expect(mean).toBeLessThan(bounds.mean)
}

async function differences(pixelsOfFile: (path: string) => Promise<Pixels>): Promise<Difference[]> {
  const found: Difference[] = []
  for (const file of files) {
    const wanted = reference[file] ?? []
    const cells = cellsOf(await pixelsOfFile(join(folder, file)))
    const off = cells.flatMap((cell, index) =>
      cell.map((value, channel) => Math.abs(value - (wanted[index]?.[channel] ?? -999))),
    )
    found.push({ file, worst: Math.max(...off), mean: off.reduce((sum, value) => sum + value, 0) / off.length })
  }
  return found
}

async function pixelsOf(path: string): Promise<Pixels> {
  const header = await readHeader(path)
  return decode({ path, header, size: scaledSize(checkedSize(header, {}), 1024), maxPixels: DEFAULT_MAX_PIXELS })
}

async function variantOf(path: string): Promise<Pixels> {
  const [variant] = (await makeVariants(path)).variants
  const { data, info } = await sharp(variant?.bytes).raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: 3 }
}

function cellsOf({ data, width, height, channels }: Pixels): number[][] {
  const cells: number[][] = []
  const grid = Math.min(width, height) >= 16 ? 4 : 1
  const edge = (index: number, side: number): number => Math.floor((index * side) / grid)
  for (let row = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      const sums = [0, 0, 0]
      const [top, bottom] = [edge(row, height), edge(row + 1, height)]
      const [left, right] = [edge(column, width), edge(column + 1, width)]
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * channels
          for (let channel = 0; channel < 3; channel++)
            sums[channel]! += data[at + Math.min(channel, channels - 1)] as number
        }
      cells.push(sums.map((sum) => sum / ((bottom - top) * (right - left))))
    }
  return cells
}
