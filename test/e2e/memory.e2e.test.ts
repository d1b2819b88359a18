import { readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { sampleJpeg } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { beginUpload } from './support/begin-upload.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { isLinux, peakResidentBytes } from './support/processes-of-linux.ts'

const MIB = 1024 ** 2
const FILES = 50
/** The largest file that is accepted. */
const FILE_BYTES = 50 * MIB
const MOST_RESIDENT_BYTES = 250 * MIB
const PIECE = Buffer.alloc(MIB)

let darkroom: Installation
let api: ApiProcess

beforeAll(async () => {
  // No worker: this test is about uploads. A machine that is slow at writing 2.5 GB gets the time
  // for it.
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { REQUEST_TIMEOUT_MS: '110000' },
  )
  api = await darkroom.api()
})
afterAll(() => darkroom.stop())

test.skipIf(!isLinux)('50 concurrent uploads of 50 MiB never take 250 MiB of memory [S0.5]', async (context) => {
  const { bavail, bsize } = await statfs(darkroom.dataDir)
  if (bavail * bsize < 2 * FILES * FILE_BYTES) context.skip('There is not enough disk space for 50 files of 50 MiB.')
  const idle = peakResidentBytes(api.pid)

  const photo = await sampleJpeg({ width: 640, height: 480 })
  const file = [photo, ...padding(FILE_BYTES - photo.length)]
  const begun = await Promise.all(
    Array.from({ length: FILES }, (_, index) => beginUpload(api.url, file, `big ${index}.jpg`)),
  )
  const answers = await Promise.all(begun.map((one) => one.finish()))

  const peak = peakResidentBytes(api.pid)
  console.info(`The API took ${Math.round(peak / MIB)} MiB at most, ${Math.round(idle / MIB)} MiB when it had started.`)
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: FILES }, () => 202))
  expect(answers.filter(({ body }) => body.source.bytes !== FILE_BYTES)).toEqual([])
  expect(await readdir(join(darkroom.dataDir, 'storage', 'images'))).toHaveLength(FILES)
  expect(peak).toBeLessThan(MOST_RESIDENT_BYTES)
})

/**
 * Bytes after the end of an image do not belong to it. All chunks are the same buffer, so they take
 * no memory here.
 */
function padding(bytes: number): Buffer[] {
  return [
    ...Array.from({ length: Math.floor(bytes / PIECE.length) }, () => PIECE),
    PIECE.subarray(0, bytes % PIECE.length),
  ]
}
