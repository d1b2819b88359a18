import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FOLDERS, type StagedUpload } from '@darkroom/contracts'
import { filesBelow, sampleJpeg } from '@darkroom/testing'
import { DefaultHttpStack, Upload, type HttpStack } from 'tus-js-client'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const MIB = 1024 ** 2
const FILE_BYTES = 50 * MIB
/**
 * An API is killed each time that this much more has been sent. Early: on a fast machine, what was
 * sent last arrives before the kill does.
 */
const KILL_EVERY = 6 * MIB
const KILLS = 3

let darkroom: Installation
let apis: ApiProcess[]
beforeAll(async () => {
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  apis = await Promise.all(Array.from({ length: KILLS + 1 }, () => darkroom.api()))
})
afterAll(() => darkroom.stop())

test('50 MB arrive although three APIs are killed on the way: the same bytes, and one task', async () => {
  const photo = await sampleJpeg({ width: 640, height: 480 })
  // Bytes after the end of an image do not belong to it, but they are stored.
  const file = Buffer.concat([photo, randomBytes(FILE_BYTES - photo.length)])
  let kills = 0
  const resumedAt: number[] = []
  const living = () => apis[kills]?.url ?? ''

  const path = await new Promise<string>((resolve, reject) => {
    const upload: Upload = new Upload(file, {
      endpoint: `${living()}/api/v1/uploads`,
      httpStack: balancer(living),
      metadata: { filename: 'large.jpg' },
      retryDelays: Array.from({ length: 20 }, () => 200),
      onProgress: (sent) => {
        // Bytes to a killed API count as sent, too, until the upload has been resumed.
        const isResumed = resumedAt.length === kills
        if (isResumed && kills < KILLS && sent > (kills + 1) * KILL_EVERY) apis[kills++]?.kill('SIGKILL')
      },
      onAfterResponse: (request, response) => {
        if (request.getMethod() === 'HEAD') resumedAt.push(Number(response.getHeader('Upload-Offset')))
      },
      onError: reject,
      onSuccess: () => resolve(new URL(upload.url ?? '').pathname),
    })
    upload.start()
  })

  console.info(`resumed at ${resumedAt.map((offset) => `${Math.round(offset / MIB)} MiB`).join(', ')}`)
  expect([kills, resumedAt.length]).toEqual([KILLS, KILLS])
  expect(resumedAt).toEqual(resumedAt.toSorted((a, b) => a - b))
  // What was stored by a killed API is not sent again.
  expect(resumedAt[2]).toBeGreaterThan(KILL_EVERY)
  const { body: upload } = await get<StagedUpload>(living() + path)
  const { body: task } = await get(`${living()}/api/v1/tasks/${upload.taskId}`)
  expect(task.source).toMatchObject({ bytes: FILE_BYTES, sha256: createHash('sha256').update(file).digest('hex') })
  expect((await readFile(join(darkroom.dataDir, task.originalPath))).equals(file)).toBe(true)
  expect(await darkroom.tasks.countDocuments()).toBe(1)
  expect(await filesBelow(join(darkroom.dataDir, FOLDERS.staged))).toEqual([])
})

/** Sends each request to the API that lives, as a load balancer would. */
function balancer(living: () => string): HttpStack {
  const stack = new DefaultHttpStack({})
  return {
    getName: () => 'balancer',
    createRequest: (method, url) => stack.createRequest(method, living() + new URL(url).pathname),
  }
}
