import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type Request } from 'express'
import supertest from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PageAccess } from './page-access.ts'
import { pageRoutes } from './page-routes.ts'

let folder: string
let agent: ReturnType<typeof supertest>

const DOCUMENT = '<html><meta name="darkroom-settings" content="{}" /><title>Darkroom</title>'
const SCRIPT = `export const text = '${'much '.repeat(1000)}'`
const settings = { maxFileBytes: 1234, isDemo: false }
const caller = { name: 'Race "office"', tenant: 'shop' }
const accessOf = ({ headers }: Request): Promise<PageAccess> =>
  Promise.resolve({ keysOn: true, caller: headers.cookie === 'me' ? caller : null, scopes: [] })
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), DOCUMENT)
  await writeFile(join(folder, 'assets', 'index-abc.js'), SCRIPT)
  const app = express().use(pageRoutes({ folder, settings, accessOf }))
  agent = supertest(app.use((_req, res) => void res.status(404).send('nothing else')))
})
afterAll(() => rm(folder, { recursive: true }))

it('serves the document for every path of the page, with its settings and a policy without exceptions', async () => {
  for (const path of ['/', '/tasks', '/tasks/65d4f0c2a1b2c3d4e5f60718', '/queue', '/albums/valencia-2026']) {
    const { status, text, headers } = await agent.get(path).set(html)
    expect([path, status, text]).toEqual([
      path,
      200,
      DOCUMENT.replace('{}', escaped({ ...settings, keysOn: true, caller: null, scopes: [] })),
    ])
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /)
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http/)
    expect(headers['cache-control']).toBe('private, no-cache')
  }
})

it('tells a signed-in visitor whose session it is', async () => {
  const { text } = await agent.get('/tasks').set({ ...html, cookie: 'me' })
  expect(text).toBe(DOCUMENT.replace('{}', escaped({ ...settings, keysOn: true, caller, scopes: [] })))
})

const escaped = (content: object): string => JSON.stringify(content).replaceAll('"', '&quot;')

it('leaves mistyped paths of programs, and paths that it does not have, to the rest of the API', async () => {
  expect((await agent.get('/tasks').set('accept', 'application/json')).text).toBe('nothing else')
  expect((await agent.get('/tasks')).text).toBe('nothing else')
  expect((await agent.post('/tasks').set(html)).text).toBe('nothing else')
  for (const path of ['/photos', '//', '//?q=1'])
    expect((await agent.get(path).set(html)).text, path).toBe('nothing else')
})

it('serves its files compressed, to be kept forever, and no others of the build', async () => {
  const { status, headers, text } = await agent.get('/assets/index-abc.js')
  expect([status, text]).toEqual([200, SCRIPT])
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': expect.stringMatching(/^(br|gzip|deflate)$/),
    'cache-control': 'public, max-age=31536000, immutable',
  })
  for (const path of ['/assets/none.js', '/assets/../index.html', '/index.html'])
    expect((await agent.get(path)).text).toBe('nothing else')
})

it('allows pictures from the bucket to which downloads are redirected, and nothing else from there', async () => {
  const app = express().use(pageRoutes({ folder, settings, accessOf, bucket: 'http://bucket.test:9000' }))
  const { headers } = await supertest(app).get('/')
  const allowing = headers['content-security-policy']?.split('; ').filter((part) => part.includes('bucket'))
  expect(allowing).toEqual(["img-src 'self' blob: http://bucket.test:9000", "media-src 'self' http://bucket.test:9000"])
})
