import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { fetchFfmpeg } from './fetch-ffmpeg.ts'

test('the fetched ffmpeg can encode H.264, and is fetched only once', { timeout: 180_000 }, async ({ skip }) => {
  const lines: string[] = []
  const options = { folder: await temporaryFolder(), env: process.env, log: (line: string) => void lines.push(line) }
  const fetched = await fetchFfmpeg(options)
  if (!('found' in fetched)) return skip(fetched.skipped)
  const { stdout } = await promisify(execFile)(fetched.found, ['-hide_banner', '-encoders'])
  expect(stdout).toContain('libx264')
  lines.length = 0
  expect(await fetchFfmpeg(options)).toEqual(fetched)
  expect(lines).toEqual([])
})

test('without Python there is none', async () => {
  const folder = await temporaryFolder()
  expect(await fetchFfmpeg({ folder, env: { PATH: '', XDG_CACHE_HOME: folder }, log: () => {} })).toMatchObject({
    skipped: expect.stringContaining('Python was not found'),
  })
})
