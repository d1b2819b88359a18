// What the pages of strangers can do to an API on the machine of whoever looks at them, in a real
// browser: nothing.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TaskPage } from '@darkroom/contracts'
import { sampleJpeg } from '@darkroom/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { findChromium, openBrowser } from './support/browser.ts'
import { accepted, get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const STRANGER = 'evil.example'
const stores = { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') }
const chromium = await findChromium()
if (chromium === undefined)
  console.log('Pages of strangers are not tested: there is no Chromium on PATH or at CHROMIUM_PATH.')

describe.skipIf(chromium === undefined)('a page of a stranger', () => {
  let darkroom: Installation
  let api: ApiProcess
  let browser: Browser
  let page: Page
  let taskId: string
  const server = createServer((_req, res) => void res.setHeader('Content-Type', 'text/html').end(formTo(api.url)))

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    darkroom = await createInstallation(stores)
    ;[api, browser] = await Promise.all([darkroom.api(), openBrowser(chromium ?? '', [STRANGER])])
    taskId = (await accepted(api.url, { bytes: await sampleJpeg({ width: 64, height: 48 }) })).id
    page = await browser.newPage()
  })
  afterAll(async () => {
    await browser?.close()
    await darkroom?.stop()
    server.close()
  })

  const tasks = async (): Promise<number> => (await get<TaskPage>(`${api.url}/api/v1/tasks`)).body.total

  test('on another origin can neither read nor change anything', async () => {
    await page.goto(`http://${STRANGER}:${(server.address() as AddressInfo).port}/`)
    const tried = await page.evaluate(tryEverything, { url: api.url, taskId })
    expect(tried).toEqual({
      read: 'refused',
      sent: 'opaque',
      deleted: 'refused',
      stream: 'refused',
      socket: 'refused',
    })
    // A form needs no permission at all: the browser goes where it leads.
    await page.click('button')
    await page.waitForURL(`${api.url}/**`)
    expect(await page.textContent('body')).toContain('CROSS_SITE_REQUEST')
    expect([await tasks(), (await get(`${api.url}/api/v1/tasks/${taskId}`)).body.status]).toEqual([1, 'pending'])
  })

  test('whose name leads to this machine (DNS rebinding) gets nothing', async () => {
    const url = `http://${STRANGER}:${api.port}`
    const answer = await page.goto(`${url}/api/v1/tasks`)
    expect([answer?.status(), await page.textContent('body')]).toEqual([421, expect.not.stringContaining(taskId)])
    const status = await page.evaluate(async () => (await fetch('/api/v1/tasks')).status)
    expect(status).toBe(421)
  })
})

/** Runs in the page. */
async function tryEverything({ url, taskId }: { url: string; taskId: string }) {
  const outcome = (asked: Promise<Response>): Promise<string> =>
    asked.then(
      ({ type, status }) => (type === 'opaque' ? type : String(status)),
      () => 'refused',
    )
  const opened = (open: (done: (how: string) => void) => void): Promise<string> => new Promise(open)
  const form = new FormData()
  form.set('file', new Blob(['photo']), 'photo.jpg')
  return {
    read: await outcome(fetch(`${url}/api/v1/tasks`)),
    sent: await outcome(fetch(`${url}/api/v1/tasks`, { method: 'POST', body: form, mode: 'no-cors' })),
    deleted: await outcome(fetch(`${url}/api/v1/tasks/${taskId}`, { method: 'DELETE' })),
    stream: await opened((done) => {
      const stream = new EventSource(`${url}/api/v1/tasks/${taskId}/events`)
      stream.onopen = () => done('open')
      stream.onerror = () => done('refused')
    }),
    socket: await opened((done) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
      socket.onopen = () => done('open')
      socket.onerror = () => done('refused')
    }),
  }
}

const formTo = (url: string): string => `<!doctype html>
<form method="post" enctype="multipart/form-data" action="${url}/api/v1/tasks">
<input name="kind" value="image.optimize"><button>Look here</button>
</form>`
