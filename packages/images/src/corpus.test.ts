import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { corpusFolder } from '@darkroom/testing'
import { describe, expect, it } from 'vitest'
import { sharp } from './decoding/hardened-sharp.ts'
import { ImageError } from './headers/image-error.ts'
import { inspectImage } from './inspect-image.ts'
import { makeVariants, type Variant } from './make-variants.ts'

/** One line of the manifest, as far as it concerns the engine. */
interface CorpusFile {
  file: string
  expect: 'ok' | 'reject' | 'either'
  out1024?: [number, number]
  out800?: [number, number]
}

/**
 * The slowest file takes about 0.1 s of CPU time, even on a busy machine. A decoder that blocks is
 * ended by the test's timeout.
 */
const MOST_CPU_MS = 2000

const folder = corpusFolder()
const files = folder === undefined ? [] : readManifest(folder)
if (folder === undefined)
  console.info('Skipped: the corpus of real and hostile files was not found. Set DARKROOM_CORPUS to its folder.')

describe.skipIf(folder === undefined)('the corpus', () => {
  it.each(files)('$expect: $file', async (wanted) => {
    const before = process.cpuUsage()
    const { verdict, variants, message } = await outcomeOf(join(folder ?? '', wanted.file))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(MOST_CPU_MS)
    expect(wanted.expect === 'either' ? ['ok', 'reject'] : [wanted.expect]).toContain(verdict)
    expect(message).not.toContain(folder)
    if (variants.length > 0) checkVariants(variants, wanted)
  })

  it.each(files.filter(({ expect: verdict }) => verdict === 'ok'))(
    '$file: the header reader and the decoder agree',
    async ({ file }) => {
      const path = join(folder ?? '', file)
      const { format, width, height, orientation = 1 } = await sharp(path).metadata()
      const seen = orientation >= 5 ? { width: height, height: width } : { width, height }
      expect(await inspectImage(path)).toEqual({ format, ...seen, orientation })
    },
  )
})

interface Outcome {
  verdict: 'ok' | 'reject'
  variants: Variant[]
  message: string
}

/** An untyped error is not a valid outcome: it fails the test. */
async function outcomeOf(path: string): Promise<Outcome> {
  try {
    return { verdict: 'ok', variants: (await makeVariants(path)).variants, message: '' }
  } catch (error) {
    if (error instanceof ImageError) return { verdict: 'reject', variants: [], message: error.message }
    throw error
  }
}

function checkVariants(variants: Variant[], { out1024, out800 }: CorpusFile): void {
  const sizes = variants.map(({ width, height }) => [width, height])
  expect(sizes).toEqual([out1024 ?? sizes[0], out800 ?? sizes[1]])
  for (const { bytes } of variants) {
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    expect(bytes.includes('<?php') || bytes.includes('<script')).toBe(false)
  }
}

function readManifest(of: string): CorpusFile[] {
  const lines = readFileSync(join(of, 'manifest.ndjson'), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CorpusFile)
}
