import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRig } from '../test/rig.ts'
import { descendantsOf } from './descendants-of.ts'
import type { SourceReader } from './fetch-sources.ts'

const photo = await sampleJpeg({ width: 40, height: 30 })
const facts = { format: 'jpeg', width: 40, height: 30, orientation: 1 } as const
/** Refuses everything that does not begin like a JPEG. */
const source: SourceReader = {
  inspect: async (path) => {
    if ((await readFile(path))[0] !== 0xff) throw new Error('no JPEG')
    return facts
  },
  verdictOf: (error) =>
    error instanceof Error && error.message === 'no JPEG'
      ? { code: 'IMAGE_UNSUPPORTED', message: 'no JPEG' }
      : undefined,
}

let server: Server
let url: string
let asked = 0
let failures = 0
/** What somebody waits for who asked for /held.jpg. */
let held: ServerResponse | undefined
beforeAll(async () => {
  server = createServer((req, res) => {
    asked++
    if (failures > 0) {
      failures--
      res.writeHead(503).end()
    } else if (req.url === '/page.html') res.end('<!doctype html>')
    else if (req.url?.startsWith('/held.jpg')) held = res
    else if (req.url === '/gone.jpg') res.writeHead(410).end()
    else res.end(photo)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = 0
  failures = 0
})

test('an original is downloaded once, stored like an uploaded one, and described in the result', async () => {
  const rig = await createRig()
  await rig.startWorker({}, { source })
  const sourceUrl = `${url}/beach.jpg`
  const { taskId, imagePath } = await rig.submit({ sourceUrl })
  const completed = await rig.event(taskId, 'task.completed')
  const sha256 = createHash('sha256').update(photo).digest('hex')
  expect(completed.source).toEqual({ ...facts, bytes: photo.length, sha256 })
  expect((await rig.disk.stat(imagePath)).bytes).toBe(photo.length)
  expect(rig.invalid).toEqual([])

  // As in a second run, after the result of the first one was lost.
  const again = await rig.submit({ sourceUrl, imagePath })
  expect((await rig.event(again.taskId, 'task.completed')).source).toEqual(completed.source)
  expect(asked).toBe(1)
})

test('trouble of the server uses up no attempt, and passes', async () => {
  failures = 2
  const rig = await createRig()
  await rig.startWorker({}, { source })
  const { taskId } = await rig.submit({ sourceUrl: `${url}/beach.jpg`, attempts: 1 })
  const { attempts } = await rig.event(taskId, 'task.completed')
  expect([asked, attempts]).toEqual([3, 1])
  const retries = rig.eventsOf(taskId).filter((event) => event.eventType === 'task.retry')
  expect(retries.map((event) => event.code)).toEqual(['SOURCE_UNAVAILABLE', 'SOURCE_UNAVAILABLE'])
})

test.each([
  ['/page.html', 'IMAGE_UNSUPPORTED'],
  ['/gone.jpg', 'SOURCE_NOT_FOUND'],
])('%s fails the task at once: %s', async (path, code) => {
  const rig = await createRig()
  await rig.startWorker({}, { source })
  const { taskId, imagePath } = await rig.submit({ sourceUrl: url + path })
  expect((await rig.failed(taskId)).failedReason).toMatch(new RegExp(`^${code}!: `))
  await expect(rig.disk.stat(imagePath)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(asked).toBe(1)
})

test('private addresses are refused unless the operator allows them, and a file has a limit', async () => {
  const rig = await createRig()
  const { config, stop } = await rig.startWorker({}, { source })
  await stop()
  const strict = { ...config.fetch, allowed: '' }
  const first = await rig.startWorker({ fetch: strict }, { source })
  const refused = await rig.submit({ sourceUrl: `${url}/beach.jpg` })
  expect((await rig.failed(refused.taskId)).failedReason).toMatch(/^SOURCE_URL_REFUSED!: /)
  expect(asked).toBe(0)
  await first.stop()
  await rig.startWorker({ fetch: { ...config.fetch, maxBytes: 10 } }, { source })
  const large = await rig.submit({ sourceUrl: `${url}/beach.jpg` })
  expect((await rig.failed(large.taskId)).failedReason).toMatch(/^FILE_TOO_LARGE!: /)
})

test.runIf(process.platform === 'linux')('the URL of an original is in no list of processes', async () => {
  const rig = await createRig()
  await rig.startWorker({}, { source })
  const { taskId } = await rig.submit({ sourceUrl: `${url}/held.jpg?signature=secret` })
  const answer = await until(() => held, { what: 'the download' })
  const commands = descendantsOf(process.pid).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  expect(commands.filter((command) => command.includes('fetch-program'))).toHaveLength(1)
  expect(commands.join()).not.toContain('secret')
  answer.end(photo)
  await rig.event(taskId, 'task.completed')
})
