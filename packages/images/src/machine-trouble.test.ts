import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { corruptJpeg, sampleWebp } from '@darkroom/testing'
import { describe, expect, it } from 'vitest'
import { imageFiles } from '../test/image-files.ts'
import { sharp } from './decoding/hardened-sharp.ts'
import { judgeDecoding } from './decoding/judge-error.ts'
import { makeVariants } from './make-variants.ts'
import { readHeader } from './read-header.ts'

const store = imageFiles()
const PROGRAM = join(import.meta.dirname, '../test/little-memory.ts')
const canLimit = spawnSync('prlimit', ['--version']).status === 0

const photo = (options: { progressive?: boolean } = {}): Promise<Buffer> =>
  sharp({ create: { width: 5000, height: 4000, channels: 3, background: '#369' } })
    .jpeg(options)
    .toBuffer()

/** What a process says that may have `mib` more, and whose threads take `stackKib` each. */
async function outcomeIn(mib: number, args: readonly string[], stackKib = 8192): Promise<unknown> {
  const [path = '', ...more] = args
  const command = `ulimit -s ${stackKib} && exec "$0" --conditions=source "$@"`
  // One arena: otherwise each thread takes 64 MiB of address space.
  const env = { ...process.env, MALLOC_ARENA_MAX: '1' }
  const given = ['-c', command, process.execPath, PROGRAM, path, String(mib), ...more]
  const { stdout } = await promisify(execFile)('sh', given, { env })
  return JSON.parse(stdout)
}

describe.skipIf(!canLimit)('a good picture is not refused by a machine', { timeout: 30_000 }, () => {
  it('that cannot start a thread', async () => {
    expect(await outcomeIn(400, [await store(await photo())], 1_048_576)).toMatchObject({
      code: 'OUT_OF_RESOURCES',
      cause: expect.stringContaining('creating thread'),
    })
  })

  it('whose memory is not enough to decode it', async () => {
    expect(await outcomeIn(45, [await store(await photo({ progressive: true }))])).toMatchObject({
      code: 'OUT_OF_RESOURCES',
      cause: expect.stringContaining('Insufficient memory'),
    })
  })

  it('whose decoder mistakes a lack of memory for damage', async () => {
    const path = await store(await sampleWebp())
    expect(await outcomeIn(100, [path, 'webp2vips: unable to read pixels'])).toMatchObject({ code: 'OUT_OF_RESOURCES' })
  })
})

describe('on a machine with enough memory', () => {
  it.each([
    ['webp2vips: unable to read pixels', 'IMAGE_CORRUPT'],
    ['vips_tracked: out of memory -- size == 57MB', 'MEMORY_LIMIT'],
  ])('"%s" is %s', async (message, code) => {
    const header = await readHeader(await store(await sampleWebp()))
    expect(await judgeDecoding(new Error(message), header)).toMatchObject({ code })
  })

  it.each([
    ['JPEG', corruptJpeg],
    ['WebP', async () => (await sampleWebp()).subarray(0, -200)],
  ])('a damaged %s is corrupt', async (_format, make) => {
    const error: unknown = await makeVariants(await store(await make())).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'IMAGE_CORRUPT', permanent: true })
  })
})
