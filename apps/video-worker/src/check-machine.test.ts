import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSmallDisk } from '@darkroom/testing'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { checkMachine } from './check-machine.ts'

const found = { given: process.env['FFMPEG_PATH'], path: process.env['PATH'] }
const disk = createSmallDisk()
afterAll(() => disk?.close())

function useTemporaryFolder(folder: string): void {
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(() => void vi.unstubAllEnvs())
}

test('a machine with ffmpeg and room for temporary files can render', async () => {
  await expect(checkMachine(found)).resolves.toBeUndefined()
})

test('without ffmpeg it cannot', async () => {
  await expect(checkMachine({ given: '/nowhere/ffmpeg' })).rejects.toThrow('No usable ffmpeg was found')
})

test('nor without its temporary folder', async () => {
  useTemporaryFolder('/nowhere/temporary')
  await expect(checkMachine(found)).rejects.toThrow('Videos are rendered in /nowhere/temporary, which is full or')
})

test.skipIf(disk === undefined)('nor if that is full', async () => {
  const folder = disk?.folder ?? ''
  useTemporaryFolder(folder)
  await checkMachine(found)
  await writeFile(join(folder, 'filler'), Buffer.alloc(2 * 1024 ** 2)).catch(() => {})
  await expect(checkMachine(found)).rejects.toThrow(`Videos are rendered in ${folder}, which is full or`)
})
