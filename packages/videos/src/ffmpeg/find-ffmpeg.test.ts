import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeFfmpeg, findFfmpeg } from './find-ffmpeg.ts'

async function folderWith(script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ffmpeg-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'ffmpeg'), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, 'ffmpeg'), 0o755)
  return folder
}

const USABLE = 'case "$*" in *-encoders*) echo " V..... libx264";; *) echo "ffmpeg version 9.9 Copyright";; esac'

test('FFMPEG_PATH comes first, and is described in one line', async () => {
  const file = join(await folderWith(USABLE), 'ffmpeg')
  expect(describeFfmpeg(await findFfmpeg({ given: file, path: process.env['PATH'] }))).toBe(
    `ffmpeg 9.9 (FFMPEG_PATH ${file})`,
  )
})

test('of several on PATH, the first that can encode H.264 is used', async () => {
  const path = [await folderWith('echo " V..... mpeg4"'), await folderWith('exit 3'), await folderWith(USABLE)]
  expect(await findFfmpeg({ path: path.join(delimiter) })).toMatchObject({
    file: join(path.at(-1) ?? '', 'ffmpeg'),
    version: '9.9',
  })
})

test('without one on PATH, the build from npm is used, or the error says what can be done', async () => {
  const found = await findFfmpeg({ path: '' }).catch((error: unknown) => error)
  if (found instanceof Error) expect(found).toMatchObject({ code: 'FFMPEG_MISSING', message: /apt-get install ffmpeg/ })
  else expect(found).toMatchObject({ origin: 'the build from npm' })
})

test('a wrong FFMPEG_PATH is an error that names it, and what else can be done', async () => {
  await expect(findFfmpeg({ given: '/nowhere/ffmpeg', path: process.env['PATH'] })).rejects.toMatchObject({
    code: 'FFMPEG_MISSING',
    message: /FFMPEG_PATH \/nowhere\/ffmpeg: it does not start \(code ENOENT\).*set FFMPEG_PATH/,
  })
})
