import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { imageFiles } from '../test/image-files.ts'
import { sharp } from './decoding/hardened-sharp.ts'

const store = imageFiles()
const PROGRAM = join(import.meta.dirname, '../test/peak-memory.ts')
/** What a slot of the image worker is planned with, in its env.ts. */
const SLOT_MIB = 320

/** The most memory of a process like the children of a worker. */
async function peakMib(path: string): Promise<number> {
  const flags = ['--max-semi-space-size=4', '--max-old-space-size=256', '--conditions=source']
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '4' }
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, PROGRAM, path], { env })
  return Number(stdout) / 1024
}

it.skipIf(process.platform !== 'linux').each([
  ['16 bits', 1024, 48_000, 'rgb16'],
  ['8 bits, slightly wider than its variant,', 1030, 48_500, 'srgb'],
])(
  'the tallest PNG of %s fits into the memory of a slot',
  { timeout: 120_000 },
  async (_what, width, height, colours) => {
    const background = { r: 200, g: 100, b: 50, alpha: 0.5 }
    const png = sharp({ create: { width, height, channels: 4, background } })
      .toColourspace(colours)
      .withIccProfile('p3')
      .png({ compressionLevel: 1 })
    expect(await peakMib(await store(await png.toBuffer()))).toBeLessThan(SLOT_MIB)
  },
)
