import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { CreatedApiKey, Scope, TaskPage } from '@darkroom/contracts'
import { racePhoto, sampleJpeg, until } from '@darkroom/testing'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { buildPage } from '../../scripts/build-page.ts'
import { landscape } from '../../scripts/landscape.ts'
import type { ApiProcess, AppProcess } from '../../scripts/processes.ts'
import { barriersOf, findChromium, openBrowser, setVisible, watchFaults } from './support/browser.ts'
import { accepted, ended, get, total } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

/**
 * `PAGE=long`: many photos, every page, in light and dark, on a desk and in a hand. Pictures of
 * them are left in .darkroom/page.
 */
const IS_LONG = process.env['PAGE'] === 'long'
const PICTURES = join(import.meta.dirname, '..', '..', '.darkroom', 'page')
const ADMIN_TOKEN = 'the-administrator-of-the-page'
/** Photos of a race stay pending: no worker reads their numbers. */
const RACE = { kind: 'photo.bibs', album: 'evening-run' }
const SIZES = { desk: { width: 1400, height: 900 }, hand: { width: 390, height: 844 } }

let darkroom: Installation
let api: ApiProcess
let worker: AppProcess
let browser: Browser
const chromium = await findChromium()
if (chromium === undefined) console.log('The web page is not tested: there is no Chromium on PATH or at CHROMIUM_PATH.')
else if (!IS_LONG) console.log('The web page is tested briefly; PAGE=long tests it at length.')

beforeAll(async () => {
  if (chromium === undefined) return
  await buildPage((line) => console.log(line))
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { ALLOW_PRIVATE_ADDRESSES: '127.0.0.1' },
  )
  ;[api, worker, browser] = await Promise.all([darkroom.api(), darkroom.worker('worker-a'), openBrowser(chromium)])
})
afterAll(async () => {
  await browser?.close()
  await darkroom?.stop()
})

test.skipIf(chromium === undefined)('photos go in at the page, and their variants come out', async () => {
  const page = await browser.newPage({ locale: 'en-GB' })
  const faults = watchFaults(page, api.url)
  await page.goto(api.url, { waitUntil: 'networkidle' })
  expect(await page.evaluate(COMPRESSED_BYTES)).toBeLessThan(150_000)
  await page.setInputFiles('.drop input', [
    await photo('beach.jpg', 1),
    await photo('IMG 2041 (Alps).JPG', 2),
    { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is a text.') },
  ])
  await page.getByText('3 of 3 finished · 1 not accepted').waitFor()

  expect(await textOf(page, 'notes.jpg')).toContain('The file is text. JPEG, PNG, WebP and GIF')
  expect(await textOf(page, 'beach.jpg')).toMatch(/\d\sm?s · 1024\s×\s768, 800\s×\s600\s.* → .*\s%\ssmaller/s)
  const saving = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Save beach.jpg' }).click()
  expect((await saving).suggestedFilename()).toBe('beach-1024.jpg')
  expect(await barriersOf(page)).toEqual([])

  await page.getByRole('link', { name: 'IMG 2041 (Alps).JPG', exact: true }).click()
  await page.getByRole('heading', { name: 'IMG 2041 (Alps).JPG' }).waitFor()
  await page.getByText('worker-a · ran').waitFor()
  expect(await barriersOf(page)).toEqual([])
  expect(faults()).toEqual([])
})

test.skipIf(chromium === undefined)('a large photo goes on where its connection broke off', async () => {
  const page = await browser.newPage({ locale: 'en-GB' })
  const file = await largePhoto('large.jpg', 3)
  const requests: string[] = []
  await page.route('**/api/v1/uploads**', async (route) => {
    const method = route.request().method()
    requests.push(method)
    await (method === 'PATCH' && !requests.includes('HEAD') ? route.abort('connectionreset') : route.continue())
  })
  await page.goto(api.url)
  await page.setInputFiles('.drop input', [file])
  await page.getByText('1 of 1 finished').waitFor()
  expect(requests).toEqual(['POST', 'PATCH', 'HEAD', 'PATCH'])
  await page.getByRole('link', { name: 'Save large.jpg' }).waitFor()
  expect((await darkroom.tasks.findOne({ name: 'large.jpg' }))?.['source']).toMatchObject({ bytes: file.buffer.length })
})

test.skipIf(chromium === undefined)('a photo over the quota is not sent again by itself', async () => {
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'UTC' })
  await page.clock.setFixedTime('2026-05-30T18:45:50Z')
  const detail = 'Your quota is 5 tasks a day, which begins at 00:00 UTC. Nothing was stored.'
  const problem = { status: 429, code: 'QUOTA_EXCEEDED', title: 'Quota exceeded', detail }
  const answer = { status: 429, contentType: 'application/problem+json', body: JSON.stringify(problem) }
  let sent = 0
  await page.route('**/api/v1/tasks', (route) => {
    sent += 1
    return route.fulfill({ ...answer, headers: { 'Retry-After': '18850' } })
  })
  await page.goto(api.url)
  await page.setInputFiles('.drop input', [await photo('sixth.jpg', 6)])
  await page.getByText(detail).waitFor()
  await page.getByText('It can be sent again from 31 May 2026, 00:00:00.').waitFor()
  await page.getByRole('button', { name: 'Send again' }).waitFor()
  expect(sent).toBe(1)
})

test.skipIf(chromium === undefined)('a key that may only send photos is told that it cannot follow them', async () => {
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.clock.install()
  const detail = 'The key lacks the scope tasks:read.'
  const body = JSON.stringify({ status: 403, code: 'SCOPE_MISSING', title: 'Scope missing', detail })
  await page.route(/\/api\/v1\/(tasks\/\w+|events)$/, (route) =>
    route.fulfill({ status: 403, contentType: 'application/problem+json', body }),
  )
  await page.goto(api.url)
  await page.setInputFiles('.drop input', [await photo('sent.jpg', 7), await largePhoto('sent-large.jpg', 8)])
  await page.getByText('waiting for a worker').waitFor()
  await page.clock.fastForward(5000)
  await page.getByText('2 of 2 finished', { exact: true }).waitFor()
  expect(await page.getByText('Accepted. This key may not read results.').count()).toBe(2)
  await page.getByRole('button', { name: 'Remove sent.jpg from this list' }).waitFor()
})

test.skipIf(chromium === undefined)('a page in Spanish refuses in Spanish, with the facts in English', async () => {
  const page = await browser.newPage({ locale: 'es-ES', viewport: SIZES.desk })
  await page.goto(api.url)
  await page.setInputFiles('.drop input', [
    { name: 'notas.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is a text.') },
    { ...(await photo('pequeña.jpg', 5)), buffer: await coarseJpeg() },
  ])
  await page.getByText('2 de 2 terminadas · 1 no aceptadas').waitFor()
  const refused = page.getByRole('listitem').filter({ hasText: 'notas.jpg' })
  expect(await refused.innerText()).toContain('No es una imagen admitida')
  expect(await refused.locator('[lang=en]').innerText()).toMatch(/^The file is text\. .* are accepted\.$/)
  const larger = page.getByRole('listitem').filter({ hasText: 'pequeña.jpg' }).locator('.row-sizes')
  expect(await larger.innerText()).toMatch(/\d+\s%\smás$/)
  expect(await larger.locator('.good').count()).toBe(0)
  const again = refused.getByRole('button', { name: 'Enviar de nuevo' })
  expect((await again.boundingBox())?.height).toBeLessThan(40)
  await page.setViewportSize({ width: 360, height: 740 })
  const [size, remove] = await Promise.all([
    rightOfText(refused.locator('.row-sizes')),
    refused.getByRole('button', { name: 'Quitar' }).boundingBox(),
  ])
  expect(size).toBeLessThan(remove?.x ?? 0)
  expect(await barriersOf(page)).toEqual([])
})

test.skipIf(chromium === undefined)('what a key does not permit is not offered', { timeout: 60_000 }, async () => {
  const keyed = await darkroom.api({ env: { AUTH: 'keys', ADMIN_TOKEN } })
  const page = await browser.newPage({ locale: 'en-GB', viewport: SIZES.desk })
  const faults = watchFaults(page, keyed.url)
  const dropZone = page.locator('.drop input')
  const keys = await Promise.all(
    (['tasks:read', 'queues:read', 'tasks:write'] as const).map((scope) => createKey(keyed.url, scope)),
  )
  const [reader, watcher, writer] = keys as [string, string, string]
  const task = (await accepted(api.url, { bytes: await sampleJpeg({ width: 64, height: 48 }) })).id
  await ended(api.url, task)

  await page.goto(keyed.url)
  await page.getByText('Photos can only be uploaded with permission. Sign in with a key').waitFor()
  expect(await dropZone.count()).toBe(0)
  expect(await barriersOf(page)).toEqual([])
  await page.goto(`${keyed.url}/tasks?status=completed&q=photo`)
  await page.getByRole('alert').getByText('You are not signed in.').waitFor()
  await page.getByRole('alert').getByRole('link', { name: 'Sign in with a key' }).click()
  await signIn(page, reader)
  await page.waitForURL(`${keyed.url}/tasks?status=completed&q=photo`)
  await page.locator('.account').getByTitle('Signed in as tasks:read, tenant default').waitFor()

  await page.getByRole('link', { name: 'photo.jpg' }).first().click()
  await page.getByRole('button', { name: 'Create a signed link' }).waitFor()
  expect(await page.locator('.task-side .buttons button').allInnerTexts()).toEqual(['Create a signed link'])
  await page.getByText('curl -OJ -H "Authorization: Bearer $DARKROOM_KEY" http').waitFor()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('Signed in as tasks:read, tenant default').waitFor()
  await page.getByText('Only administrators can see and create keys. Your key lacks keys:admin.').waitFor()
  await page.getByRole('heading', { name: 'Webhooks' }).waitFor()
  expect(await page.getByRole('button', { name: 'Create a webhook' }).count()).toBe(0)
  await page.setViewportSize(SIZES.hand)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZES.hand.width)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${keyed.url}/`)

  await page.goto(`${keyed.url}/admin/login?next=%2Fqueue`)
  await signIn(page, watcher)
  await page.getByText('Tasks are only shown to those who may read them. Your key lacks tasks:read.').waitFor()
  expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)

  await page.goto(`${keyed.url}/admin/login?next=%2F`)
  await signIn(page, writer)
  await dropZone.first().waitFor({ state: 'attached' })
  await page.context().clearCookies()
  await page.setInputFiles('.drop input', [await photo('kept.jpg', 6)])
  await page.getByText('You are not signed in.').waitFor()
  const opening = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'Sign in (new tab)' }).click()
  const tab = await opening
  await signIn(tab, writer)
  await tab.waitForURL(`${keyed.url}/`)
  await page.getByRole('button', { name: 'Send again' }).click()
  await page.getByRole('link', { name: 'kept.jpg' }).waitFor()
  expect(faults()).toEqual([])
})

test.skipIf(chromium === undefined)(
  'the page of a queue says what is of all queues, by the clock of the server',
  async () => {
    const page = await browser.newPage({ locale: 'en-GB' })
    await page.addInitScript('const now = Date.now; Date.now = () => now() - 7_200_000')
    await page.goto(`${api.url}/queue?queue=photo-processing`)
    await page.getByText(/^Tasks finished, each minute, all queues · [1-9]\d* in the last hour$/).waitFor()
    await page.getByText('p95 wait, all queues').waitFor()
    await page.getByText('There are no tasks yet.').waitFor()
    // Nobody is signed in, which pausing needs.
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
    await page.getByText('To pause it: Sign in with a key').waitFor()
    await page.route('**/api/v1/tasks?*', (route) =>
      route.fulfill({ status: 400, contentType: 'application/problem+json', body: '{"detail":"No list today."}' }),
    )
    await page.reload()
    await page.getByRole('alert').getByText('No list today.').waitFor()
    expect(await page.getByText('There are no tasks yet.').count()).toBe(0)
  },
)

test.skipIf(chromium === undefined)('the advice for a failed video is not to send another file', async () => {
  const { body } = await get(`${api.url}/api/v1/tasks/${(await accepted(api.url, await tiny())).id}`)
  const page = await browser.newPage({ locale: 'en-GB' })
  const error = { code: 'FFMPEG_FAILED', message: 'The frames could not be encoded.', retryable: false }
  await page.route(`**/api/v1/tasks/${body.id}`, (route) =>
    route.fulfill({ json: { ...body, kind: 'video.render', status: 'failed', error } }),
  )
  await page.goto(`${api.url}/tasks/${body.id}`)
  const advice = page.getByText('Another attempt would fail in the same way')
  expect(await advice.innerText()).toMatch(/: send a new task with other input\.$/)
})

test.skipIf(chromium === undefined)(
  'an album takes photos and a roster, and corrections by people',
  { timeout: 90_000 },
  async () => {
    const reader = await darkroom.worker('photos', { app: 'photo-worker' })
    const page = await browser.newPage({ locale: 'en-GB', viewport: SIZES.desk })
    const faults = watchFaults(page, api.url)
    page.setDefaultTimeout(60_000)
    await page.goto(`${api.url}/albums/lisboa-2026`)
    const { bytes } = await racePhoto({ numbers: ['587'], seed: 7 })
    await page.setInputFiles('.drop input', [
      { name: 'finish.jpg', mimeType: 'image/jpeg', buffer: bytes },
      { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is a text.') },
    ])
    await page.getByText('2 of 2 finished · 1 not accepted').waitFor()
    expect(await textOf(page, 'notes.jpg')).toContain('The file is text.')
    const all = page.getByRole('list', { name: 'All photos' })
    await all.getByRole('link', { name: 'finish.jpg' }).waitFor()
    await all.locator('img').waitFor()
    expect(await page.evaluate("getComputedStyle(document.querySelector('ul.grid')).display")).toBe('grid')

    await page.getByLabel('Upload a roster').setInputFiles({
      name: 'roster.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('number,name\n900,Ana Rojas\n'),
    })
    await page.getByText('1 number stored.').waitFor()
    const review = page.getByRole('region', { name: 'To be reviewed by a person' })
    const said = review.getByLabel('All numbers on finish.jpg, or none')
    await review.getByText('not on the roster').waitFor()
    await review.getByRole('button', { name: 'Confirm' }).waitFor()
    expect(await said.inputValue()).toBe('587')
    expect(await barriersOf(page)).toEqual([])
    await said.fill('9OO!')
    await review.getByRole('button', { name: 'Correct' }).click()
    await review.getByRole('alert').getByText('must have digits and letters only').waitFor()
    await said.fill('900')
    await said.press('Enter')
    await page.getByText('All readings are certain.').waitFor()
    await page.getByLabel('Bib number, or a part of it').fill('900')
    await page.keyboard.press('Enter')
    await page.getByText('set by a person').waitFor()
    await page.getByRole('link', { name: 'Races' }).click()
    await page.getByRole('row', { name: 'lisboa-2026' }).getByText('1 photo', { exact: true }).waitFor()
    expect(await barriersOf(page)).toEqual([])
    await page.getByRole('link', { name: 'lisboa-2026' }).click()
    await page.getByRole('heading', { name: 'lisboa-2026' }).waitFor()
    expect(faults()).toEqual([])
    await reader.stop()
  },
)

test.skipIf(chromium === undefined)('a task leads to its batch, which tells why photos failed', async () => {
  const { buffer } = await photo('cut.jpg', 8)
  const batchId = await sendBatch([{ name: 'cut.jpg', buffer: buffer.subarray(0, buffer.length / 2) }])
  const { items } = (await get<TaskPage>(`${api.url}/api/v1/tasks?batchId=${batchId}`)).body
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.goto(`${api.url}/tasks/${items[0]?.id}`)
  await page.getByRole('link', { name: 'show its batch' }).click()
  await page.getByRole('heading', { name: 'Batch of 4 photos' }).waitFor()
  const failed = page.getByRole('listitem').filter({ hasText: 'cut.jpg' })
  await failed.getByText('IMAGE_CORRUPT').waitFor()
  expect(page.url()).toBe(`${api.url}/batches/${batchId}`)
})

test.skipIf(chromium === undefined)('a webhook is created, tried out and deleted', async () => {
  const received: IncomingHttpHeaders[] = []
  const receiver = createServer((req, res) => {
    received.push(req.headers)
    res.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  onTestFinished(() => void receiver.close())
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const page = await browser.newPage({ locale: 'en-GB' })
  const faults = watchFaults(page, api.url)
  await page.goto(`${api.url}/settings`)
  await page.getByText('photo-processing: no worker is running; start one').waitFor()
  await page.getByLabel('Send events to this address').fill(url)
  await page.getByRole('button', { name: 'Create a webhook' }).click()
  await page.getByText(/^whsec_/).waitFor()
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText(/^● delivered webhook\.ping · .* · 204$/).waitFor()
  expect(received).toMatchObject([{ 'webhook-signature': expect.stringMatching(/^v1,/) as string }])
  await page.setViewportSize(SIZES.hand)
  expect(await barriersOf(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZES.hand.width)
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText(url, { exact: true }).waitFor({ state: 'detached' })
  expect(faults()).toEqual([])
})

test.skipIf(chromium === undefined)('eight tabs of one browser are kept up to date', async () => {
  const bytes = await sampleJpeg({ width: 64, height: 48 })
  const context = await browser.newContext({ locale: 'en-GB' })
  const tabs: { id: string; page: Page }[] = []
  for (let index = 1; index <= 8; index++) {
    const name = `tab ${index}.jpg`
    const { id } = await accepted(api.url, { bytes: Buffer.concat([bytes, Buffer.from(name)]), name, fields: RACE })
    const page = await context.newPage()
    await page.goto(`${api.url}/tasks/${id}`)
    await page.getByRole('heading', { name }).waitFor()
    await setVisible(page, false)
    tabs.push({ id, page })
  }
  for (const { id, page } of tabs) {
    await fetch(`${api.url}/api/v1/tasks/${id}/cancel`, { method: 'POST' })
    await setVisible(page, true)
    await page.getByText('● cancelled').waitFor()
    await page.getByRole('button', { name: 'Retry' }).waitFor()
  }
  const last = tabs.at(-1)?.page as Page
  const streams: string[] = []
  last.on('request', (request) => request.url().endsWith('/v1/events') && streams.push(request.url()))
  await last.reload()
  await last.getByRole('button', { name: 'Retry' }).waitFor()
  expect(streams, 'what has ended needs no stream').toEqual([])
  await context.close()
})

test.skipIf(chromium === undefined)('a page that cannot be loaded can be tried again', async () => {
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.goto(api.url, { waitUntil: 'networkidle' })
  await page.context().setOffline(true)
  await page.getByRole('link', { name: 'Queue' }).click()
  await page.getByRole('heading', { name: 'This page could not be shown' }).waitFor()
  expect(await page.getByRole('alert').innerText()).toContain('The server cannot be reached.')
  expect(await barriersOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'This page could not be shown' }).waitFor()
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'image-processing' }).waitFor()
})

test.skipIf(chromium === undefined)('after an upgrade, the page is loaded anew once all photos are sent', async () => {
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.goto(api.url, { waitUntil: 'networkidle' })
  let isReloaded = false
  page.on('request', (request) => (isReloaded ||= request.isNavigationRequest()))
  await page.route(/\/assets\/(settings-page|send-large-file)-/, (route) =>
    isReloaded ? route.continue() : route.fulfill({ status: 404 }),
  )
  await page.route(`${api.url}/`, (route) => route.fulfill({ body: '<script src="/assets/index-newer.js">' }))
  await page.route('**/api/v1/tasks', (route) => route.abort())
  await page.setInputFiles('.drop input', [await largePhoto('unsent.jpg', 9)])
  await page.getByText('connection lost, trying again').waitFor()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('There is a newer version, which is loaded once all photos are sent.').waitFor()
  await page.unroute('**/api/v1/tasks')
  await page.getByRole('heading', { name: 'Health' }).waitFor()
  expect(isReloaded).toBe(true)
})

test.skipIf(chromium === undefined)('the page does without storage', async () => {
  const page = await browser.newPage({ locale: 'en-GB' })
  const faults = watchFaults(page, api.url)
  await page.addInitScript(`Object.defineProperty(window, 'localStorage', {
    get() { throw new DOMException('Access is denied', 'SecurityError') },
  })`)
  await page.goto(api.url)
  await page.getByRole('button', { name: 'Español' }).click()
  await page.getByRole('heading', { name: 'Subir' }).waitFor()
  expect(faults()).toEqual([])
})

test.skipIf(chromium === undefined)('a task is deleted once that is confirmed, and is not shown again', async () => {
  const bytes = await sampleJpeg({ width: 64, height: 48 })
  const { id } = await accepted(api.url, { bytes, name: 'doomed.jpg', fields: RACE })
  const page = await browser.newPage({ locale: 'en-GB' })
  const faults = watchFaults(page, api.url)
  await page.addInitScript(ESCAPE_KEEPS_THE_ANSWER)
  await page.goto(`${api.url}/tasks/${id}`)
  const yes = page.getByRole('dialog').getByRole('button', { name: 'Delete' })
  let deletions = 0
  await page.route('**/api/v1/tasks/*', (route) => {
    if (route.request().method() !== 'DELETE') return route.continue()
    deletions += 1
    return deletions === 1 ? route.abort() : route.continue()
  })
  await page.getByRole('button', { name: 'Delete' }).click()
  await yes.click()
  await page.getByText('The server cannot be reached').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete' }).click()
  expect(deletions).toBe(1)
  await yes.click()
  await page.waitForURL(`${api.url}/tasks`)
  await page.goBack()
  await page.getByRole('alert').getByText('There is no task with this id.').waitFor()
  expect(await page.getByRole('heading', { name: 'doomed.jpg' }).count()).toBe(0)
  expect(faults().filter((fault) => !fault.includes('ERR_FAILED'))).toEqual([])
})

test.skipIf(chromium === undefined)('a text is copied by a button that says so, or not', async () => {
  const bytes = await sampleJpeg({ width: 64, height: 48 })
  const { id } = await accepted(api.url, { bytes, name: 'copied.jpg', fields: RACE })
  const page = await browser.newPage({ locale: 'en-GB' })
  const faults = watchFaults(page, api.url)
  await page.goto(`${api.url}/tasks/${id}`)
  await page.getByRole('button', { name: 'Copy', exact: true }).waitFor()
  for (const [answer, text] of [
    ['Promise.reject(new DOMException("denied", "NotAllowedError"))', 'Not copied'],
    ['Promise.resolve()', 'Copied'],
  ] as const) {
    await page.evaluate(`navigator.clipboard.writeText = () => ${answer}`)
    await page.getByRole('button', { name: /^(Copy|Not copied)$/ }).click()
    await page.getByRole('button', { name: text, exact: true }).waitFor()
    expect(await page.getByRole('status').allInnerTexts()).toContain(text)
  }
  expect(faults()).toEqual([])
})

test.skipIf(chromium === undefined)('the menu leads out of a search', async () => {
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.goto(`${api.url}/tasks?q=moon`)
  const search = page.getByRole('searchbox')
  await search.and(page.locator('[value=moon]')).waitFor()
  await page.getByRole('link', { name: 'Tasks' }).click()
  await page.waitForURL(`${api.url}/tasks`)
  await search.and(page.locator(':placeholder-shown')).waitFor()
  await search.fill('no such task')
  await page.waitForURL(`${api.url}/tasks?q=no+such+task`)
  await page.getByText('No tasks match.').waitFor()
  expect(await search.inputValue()).toBe('no such task')
})

test.skipIf(chromium === undefined)('the photos of an album stand side by side', async () => {
  await accepted(api.url, { bytes: await sampleJpeg({ width: 64, height: 48 }), fields: RACE })
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.goto(`${api.url}/albums/${RACE.album}`)
  await page.getByText('All readings are certain.').waitFor()
  expect(await page.evaluate(`getComputedStyle(document.querySelector('.grid')).display`)).toBe('grid')
})

test.skipIf(chromium === undefined)(
  'in a demo, one can kill a worker and watch its tasks being taken over',
  { timeout: 180_000 },
  async () => {
    // It keeps its jobs for longer than a busy machine takes for a click.
    const doomed = await darkroom.worker('worker-b', { env: { LOCK_DURATION_MS: '20000' } })
    const onMessage = (message: unknown): void => {
      if ((message as { killWorker: unknown }).killWorker === 'worker-b') doomed.kill()
    }
    const demo = await darkroom.api({ args: ['--demo'], onMessage, env: { ADMIN_TOKEN } })
    const page = await browser.newPage({ locale: 'en-GB' })
    page.setDefaultTimeout(60_000)
    await page.goto(`${demo.url}/admin/login`)
    await page.locator('[name=token]').fill(ADMIN_TOKEN)
    await page.keyboard.press('Enter')
    await page.waitForURL(/admin\/queues/)
    const faults = watchFaults(page, demo.url)
    await page.goto(`${demo.url}/queue`)
    const button = page.getByRole('button', { name: 'Kill worker-b' })
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'Español' }).click()
    await page.getByRole('columnheader', { name: 'Procesa' }).waitFor()
    for (const width of [SIZES.desk.width, 900]) {
      await page.setViewportSize({ ...SIZES.desk, width })
      expect(await page.evaluate(WIDER_THAN_THEIR_COLUMNS)).toEqual([])
    }
    await page.getByRole('button', { name: 'English' }).click()
    await button.waitFor()

    const bytes = await sampleJpeg({ width: 5000, height: 4000, seed: 4 })
    const sending = Array.from({ length: 20 }, (_, index) => accepted(demo.url, { bytes, name: `large ${index}.jpg` }))
    const isBusy = async () => (await darkroom.tasks.countDocuments({ status: 'processing', workerId: 'worker-b' })) > 0
    // Stopped, it ends none of them until it is killed.
    const isStoppedAtWork = async () => {
      if (!(await isBusy())) return false
      doomed.kill('SIGSTOP')
      if (await isBusy()) return true
      doomed.kill('SIGCONT')
      return false
    }
    await until(isStoppedAtWork, { timeoutMs: 60_000, intervalMs: 5, what: 'a task of worker-b' })
    await button.click()
    await page.getByText(/^worker-b was killed/).waitFor()
    expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' })
    await page
      .locator('.takeover li')
      .filter({ hasText: /taken over by worker-a after .* completed after/ })
      .first()
      .waitFor()
    expect(await barriersOf(page)).toEqual([])
    expect(faults()).toEqual([])
    await Promise.all(sending)
  },
)

/** As in some browsers: the answer of a dialog that is left by Escape is the one of the last time. */
const ESCAPE_KEEPS_THE_ANSWER = `addEventListener('cancel', (event) => {
  event.preventDefault()
  event.target.close()
}, true)`

const WIDER_THAN_THEIR_COLUMNS = `[...document.querySelectorAll('.task-columns > div')].flatMap((column) =>
  [...column.children].filter((part) => part.offsetWidth > column.offsetWidth).map((part) => part.innerText))`

/** Of the scripts and styles so far. */
const COMPRESSED_BYTES = `performance.getEntriesByType('resource')
  .filter(({ name }) => name.includes('/assets/'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`

const photo = async (name: string, seed: number) => ({
  name,
  mimeType: 'image/jpeg',
  buffer: await sampleJpeg({ width: 1600, height: 1200, seed }),
})

/** Large enough to be sent in parts. */
async function largePhoto(name: string, seed: number) {
  const { buffer, ...rest } = await photo(name, seed)
  // Bytes after the end of an image do not belong to it, but they are stored.
  return { ...rest, buffer: Buffer.concat([buffer, randomBytes(8 * 1024 ** 2)]) }
}

const tiny = async () => ({ bytes: await sampleJpeg({ width: 64, height: 48 }) })

/** So coarse that the result has more bytes. */
const coarseJpeg = async (): Promise<Buffer> =>
  (await landscape({ width: 800, height: 600, seed: 5 })).jpeg({ quality: 15 }).toBuffer()

/** Where the text of an element ends, which may be outside of its box. */
const rightOfText = (place: Locator): Promise<number> =>
  place.evaluate((element) => {
    const range = element.ownerDocument.createRange()
    range.selectNodeContents(element)
    return range.getBoundingClientRect().right
  })

/** Named after its only scope. */
async function createKey(url: string, scope: Scope): Promise<string> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ name: scope, scopes: [scope] })
  const { key } = (await (await fetch(`${url}/api/v1/keys`, { method: 'POST', headers, body })).json()) as CreatedApiKey
  return key
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.locator('[name=token]').fill(key)
  await page.keyboard.press('Enter')
}

/** What the row of a photo says. */
const textOf = (page: Page, name: string): Promise<string> =>
  page.getByRole('listitem').filter({ hasText: name }).innerText()

test.skipIf(chromium === undefined || !IS_LONG)('the pages at length', { timeout: 600_000 }, async () => {
  await worker.stop()
  const page = await browser.newPage({ locale: 'en-GB', viewport: SIZES.desk })
  const faults = watchFaults(page, api.url)
  await page.goto(api.url)
  await page.setInputFiles('.drop input', await twentyPhotos())
  await page.getByText('waiting for a worker').nth(9).waitFor()
  await page.getByRole('button', { name: 'Cancel landscape 05.jpg' }).click()
  await page.getByRole('button', { name: 'Retry landscape 05.jpg' }).waitFor()
  await picturesOf(page, 'upload-waiting')
  await darkroom.worker('worker-b')
  await page.getByText('20 of 20 finished · 2 not accepted').waitFor({ timeout: 120_000 })
  await page.getByRole('button', { name: 'Retry landscape 05.jpg' }).click()
  await page.getByRole('link', { name: 'Save landscape 05.jpg' }).waitFor()
  await picturesOf(page, 'upload')

  await page.getByRole('link', { name: 'landscape 07.jpg', exact: true }).click()
  await page.getByText('worker-b · ran').waitFor()
  await page.getByRole('slider').press('ArrowRight')
  await picturesOf(page, 'task')

  await page.getByRole('link', { name: 'Tasks' }).click()
  await page.getByRole('link', { name: 'landscape 12.jpg' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('landscape 12')
  await page.getByText('1 task', { exact: true }).waitFor()
  await page.getByRole('searchbox').fill('')
  await page.getByText(/^\d\d tasks$/).waitFor()
  await page.getByRole('searchbox').blur()
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor()
  await picturesOf(page, 'tasks')

  await page.getByRole('link', { name: 'Queue' }).click()
  await page.getByRole('link', { name: 'IMAGE_CORRUPT' }).waitFor()
  await page.getByRole('cell', { name: 'worker-b' }).waitFor()
  await picturesOf(page, 'queue')
  await page.getByRole('link', { name: 'Races' }).click()
  await page.getByRole('heading', { name: 'Races' }).waitFor()
  await picturesOf(page, 'albums')
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('redis: works').waitFor()
  await page.getByText(/^● image-processing: \d workers?$/).waitFor()
  await page.getByText('photo-processing: no worker is running; start one').waitFor()
  await picturesOf(page, 'settings')

  await page.goto(`${api.url}/batches/${await sendBatch()}`)
  await page.getByText('3 completed').waitFor()
  await picturesOf(page, 'batch')
  const saving = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Save all as a zip' }).click()
  expect((await saving).suggestedFilename()).toMatch(/^batch-\w+\.zip$/)
  await page.goto(`${api.url}/albums/valencia-2026`)
  await page.getByText('This album has no photos yet.').waitFor()
  await picturesOf(page, 'album')
  await page.getByRole('button', { name: 'Español' }).click()
  await page.getByText('Este álbum todavía no tiene fotos.').waitFor()
  await page.getByRole('link', { name: 'Subir' }).click()
  await picturesOf(page, 'spanish')
  expect(faults()).toEqual([])
})

const MANY = 500

test.skipIf(chromium === undefined || !IS_LONG)(
  'many photos, over a connection that fails',
  { timeout: 900_000 },
  async () => {
    const page = await browser.newPage({ locale: 'en-GB', viewport: SIZES.desk })
    const before = await total(api.url, 'completed')
    const bytes = await sampleJpeg({ width: 320, height: 240 })
    const files = Array.from({ length: MANY }, (_, index) => ({
      name: `many ${index}.jpg`,
      mimeType: 'image/jpeg',
      buffer: Buffer.concat([bytes, Buffer.from(String(index))]),
    }))
    await page.goto(api.url)
    await page.evaluate(WATCH_FIRST_ROW)
    const startedAt = Date.now()
    await page.setInputFiles('.drop input', files)
    await page.getByText('many 0.jpg').waitFor()
    const firstRowMs = await page.evaluate('globalThis.firstRowMs')
    const rows = await page.getByRole('listitem').count()
    await page.getByText(/^[1-9]\d of 500 finished/).waitFor({ timeout: 120_000 })
    await page.context().setOffline(true)
    await page.getByText('connection lost or server busy, trying again').waitFor()
    await page.context().setOffline(false)
    const longestFrameMs = await page.evaluate(SCROLLING)
    await page.getByText('500 of 500 finished').waitFor({ timeout: 600_000 })
    const session = await page.context().newCDPSession(page)
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    console.log({ firstRowMs, rows, longestFrameMs, heapMB: usedSize / 1e6, seconds: (Date.now() - startedAt) / 1000 })
    expect(rows).toBeLessThan(60)
    // What was sent twice has become one task.
    expect(await total(api.url, 'completed')).toBe(before + MANY)
  },
)

/** Measures the time from the choice of files to the first row, in milliseconds. */
const WATCH_FIRST_ROW = `addEventListener('change', () => {
  const start = performance.now()
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector('.row')) return
    globalThis.firstRowMs = performance.now() - start
    observer.disconnect()
  }).observe(document.body, { childList: true, subtree: true })
}, true)`

/**
 * Scrolls to the end and back while photos are being sent. Returns the longest time between two
 * frames, in milliseconds.
 */
const SCROLLING = `new Promise((resolve) => {
  let last = performance.now(), longest = 0, frames = 0
  const step = (now) => {
    longest = Math.max(longest, now - last)
    last = now
    scrollTo(0, document.body.scrollHeight * Math.abs(Math.sin(frames / 60)))
    if (++frames < 300) requestAnimationFrame(step)
    else resolve(longest)
  }
  requestAnimationFrame(step)
})`

/** Three photos and others in one request. Returns its id. */
async function sendBatch(others: { name: string; buffer: Buffer }[] = []): Promise<string> {
  const form = new FormData()
  const photos = await Promise.all([1, 2, 3].map((seed) => photo(`${seed}.jpg`, seed)))
  for (const { name, buffer } of [...photos, ...others]) form.append('files', new Blob([new Uint8Array(buffer)]), name)
  const response = await fetch(`${api.url}/api/v1/batches`, { method: 'POST', body: form })
  return ((await response.json()) as { batchId: string }).batchId
}

/** Eighteen photos, one that is no image and one that is cut off. */
async function twentyPhotos() {
  const name = (index: number): string => `landscape ${String(index).padStart(2, '0')}.jpg`
  const photos = await Promise.all(
    Array.from({ length: 18 }, async (_, index) => ({
      name: name(index + 1),
      mimeType: 'image/jpeg',
      buffer: await (await landscape({ width: 2400, height: 1600, seed: index + 1 })).jpeg({ quality: 92 }).toBuffer(),
    })),
  )
  const cut = { ...(photos[3] as (typeof photos)[0]), name: 'cut off.jpg' }
  cut.buffer = cut.buffer.subarray(0, cut.buffer.length / 2)
  return [...photos, cut, { name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: Buffer.from('no photo at all') }]
}

/** The page as it is now, in every look; and no look may shut anybody out. */
async function picturesOf(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      expect([name, colorScheme, size, await barriersOf(page)]).toEqual([name, colorScheme, size, []])
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${name} fits`).toBe(viewport.width)
      await page.screenshot({ path: join(PICTURES, `${name}-${size}-${colorScheme}.png`) })
    }
  }
  await page.setViewportSize(SIZES.desk)
}
