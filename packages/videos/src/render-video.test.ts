import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allowedMs, createSmallDisk, timed } from '@darkroom/testing'
import { loadImage } from '@napi-rs/canvas'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { boxesOf, videoFacts } from '../test/video-facts.ts'
import { findFfmpeg } from './ffmpeg/find-ffmpeg.ts'
import { renderVideo, type RenderProgress } from './render-video.ts'
import { defineTemplate } from './template/template.ts'

const { file: ffmpeg } = await findFfmpeg({ given: process.env['FFMPEG_PATH'], path: process.env['PATH'] })

interface Given {
  width: number
  onDraw?: (index: number) => void
}

/** A square that crosses the picture, so that every frame is different. */
const square = defineTemplate<Given>({
  name: 'square',
  input: z.custom<Given>(),
  size: ({ width }) => ({ width, height: 180 }),
  fps: 25,
  seconds: 2,
  posterSeconds: 1,
  assetsOf: () => ({}),
  draw({ context, width, height, index, seconds }, { onDraw }) {
    onDraw?.(index)
    context.fillStyle = '#0000ff'
    context.fillRect(0, 0, width, height)
    context.fillStyle = '#ff0000'
    context.fillRect(seconds * 50, 60, 60, 60)
  },
})

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'render-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A program that behaves like a bad encoder; its last argument is the file to make. */
async function encoderOf(script: string): Promise<string> {
  const file = join(await makeFolder(), 'encoder')
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return file
}

async function render(options: Partial<Parameters<typeof renderVideo<Given>>[0]> = {}) {
  const folder = await makeFolder()
  const output = join(folder, 'video.mp4')
  const progress: RenderProgress[] = []
  const onProgress = (made: RenderProgress) => void progress.push(made)
  const rendering = renderVideo<Given>({
    ...{ template: square, input: { width: 320 }, assets: {}, ffmpeg, output, onProgress },
    ...options,
  })
  return { folder, output, progress, rendering }
}

test('makes an H.264 video that plays from its first bytes, and a poster', async () => {
  const { folder, output, rendering } = await render()
  const { poster, ...facts } = await rendering
  expect(facts).toEqual({ width: 320, height: 180, durationSeconds: 2, frames: 50 })
  const found = await videoFacts(ffmpeg, output)
  expect(found).toMatchObject({ frames: 50, hasAudio: false })
  expect(found.video).toMatch(/^h264 .*yuv420p.*bt709.*320x180.* 25 fps/)
  const boxes = await boxesOf(output)
  expect(boxes[0]).toBe('ftyp')
  expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'))
  const picture = await loadImage(poster)
  expect([picture.width, picture.height]).toEqual([320, 180])
  expect(poster.subarray(0, 2).toString('hex')).toBe('ffd8')
  expect(await readdir(folder)).toEqual(['video.mp4'])
})

test('progress only goes up, through all stages, to the last encoded frame [S4.6]', async () => {
  const { progress, rendering } = await render()
  await rendering
  expect([...new Set(progress.map(({ stage }) => stage))]).toEqual(['bundle', 'composition', 'render'])
  const done = progress.filter(({ stage }) => stage === 'render').map((made) => made.done)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
  expect(done.at(-1)).toBe(1)
})

test('frames are drawn only as fast as the encoder takes them', async () => {
  const slow = await encoderOf('sleep 1\nexit 3')
  let drawn = 0
  const { rendering } = await render({
    ffmpeg: slow,
    template: { ...square, seconds: 600 },
    input: { width: 320, onDraw: () => drawn++ },
  })
  await expect(rendering).rejects.toMatchObject({ message: expect.stringContaining('code 3') })
  // The poster, and what fits into the pipe and the streams before it.
  expect(drawn).toBeGreaterThan(1)
  expect(drawn).toBeLessThan(20)
})

test('a cancelled render ends at once and leaves nothing', async () => {
  const control = await timed(async () => (await render({ template: { ...square, seconds: 0.2 } })).rendering)
  const aborting = new AbortController()
  let abortedAt = 0
  const { folder, rendering } = await render({
    template: { ...square, seconds: 600 },
    signal: aborting.signal,
    input: {
      width: 320,
      onDraw(index) {
        if (index !== 60) return
        abortedAt = performance.now()
        aborting.abort(new Error('cancelled by its client'))
      },
    },
  })
  await expect(rendering).rejects.toThrow('cancelled by its client')
  expect(performance.now() - abortedAt).toBeLessThan(allowedMs(100, control.ms / 10))
  expect(await readdir(folder)).toEqual([])
})

test('a render that is cancelled before it begins starts no encoder', async () => {
  const { folder, rendering } = await render({ signal: AbortSignal.abort(new Error('too late')) })
  await expect(rendering).rejects.toThrow('too late')
  expect(await readdir(folder)).toEqual([])
})

test('an encoder that fails says why, and leaves nothing', async () => {
  const { folder, rendering } = await render({ input: { width: 321 } })
  await expect(rendering).rejects.toMatchObject({
    code: 'FFMPEG_FAILED',
    message: expect.stringMatching(/ended \(code \d+\).*width not divisible by 2/s),
  })
  expect(await readdir(folder)).toEqual([])
})

test('an encoder that dies in the middle leaves nothing', async () => {
  const dying = await encoderOf('for last; do :; done\n: > "$last"\nkill -9 $$')
  const { folder: used, rendering } = await render({ ffmpeg: dying, template: { ...square, seconds: 60 } })
  await expect(rendering).rejects.toMatchObject({ code: 'FFMPEG_KILLED', message: expect.stringContaining('SIGKILL') })
  expect(await readdir(used)).toEqual([])
})

test('an encoder that does not start is named, and leaves nothing', async () => {
  const { folder, rendering } = await render({ ffmpeg: '/nowhere/ffmpeg' })
  await expect(rendering).rejects.toMatchObject({
    code: 'FFMPEG_NOT_STARTED',
    message: expect.stringContaining('/nowhere/ffmpeg ENOENT'),
  })
  expect(await readdir(folder)).toEqual([])
})

const disk = createSmallDisk()
afterAll(() => disk?.close())

test.skipIf(disk === undefined)('a video for which the disk has no room is not taken for complete', async () => {
  const folder = disk?.folder ?? ''
  await writeFile(join(folder, 'filler'), Buffer.alloc(2 * 1024 ** 2)).catch(() => {})
  const { rendering } = await render({ output: join(folder, 'video.mp4') })
  await expect(rendering).rejects.toMatchObject({ code: 'FFMPEG_DISK_FULL' })
  expect(await readdir(folder)).toEqual(['filler'])
})

test('a template that throws ends the encoder and leaves nothing', async () => {
  const onDraw = (index: number): void => {
    if (index === 40) throw new Error('no such picture')
  }
  const { folder, rendering } = await render({ input: { width: 320, onDraw } })
  await expect(rendering).rejects.toThrow('no such picture')
  expect(await readdir(folder)).toEqual([])
})

test('an asset that is not a picture is named', async () => {
  const { rendering } = await render({ assets: { background: Buffer.from('hello') } })
  await expect(rendering).rejects.toMatchObject({ code: 'ASSET_UNREADABLE', message: /background/ })
})

test('the same input gives the same bytes, so that a second run finds its files stored', async () => {
  const [first, second] = [await render(), await render()]
  await Promise.all([first.rendering, second.rendering])
  expect(await readFile(first.output)).toEqual(await readFile(second.output))
})
