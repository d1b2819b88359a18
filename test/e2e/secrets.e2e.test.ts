// What is secret is nowhere but where it belongs: neither in the output of the processes, nor in
// answers to others, nor where the children of a process could read it.
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess, AppProcess } from '../../scripts/processes.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { childrenOf, isLinux } from './support/processes-of-linux.ts'

const stores = { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') }
const ADMIN_TOKEN = 'admin-token-of-this-test-only'
const SIGNING_SECRET = 'signing-secret-of-this-test-only'
const lines: string[] = []
const onLine = (line: string): void => void lines.push(line)

let darkroom: Installation
let api: ApiProcess
let worker: AppProcess
/** Everything that the API answered, but for the answers that hand over a secret. */
const answers: string[] = []

beforeAll(async () => {
  darkroom = await createInstallation(stores, { LOG_LEVEL: 'trace' })
  const env = { AUTH: 'keys', ADMIN_TOKEN, URL_SIGNING_KEYS: `k1:${SIGNING_SECRET}` }
  ;[api, worker] = await Promise.all([darkroom.api({ onLine, env }), darkroom.worker('worker-a', { onLine })])
})
afterAll(() => darkroom.stop())

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const asJson = { 'content-type': 'application/json' }

async function ask(path: string, init: RequestInit = {}): Promise<{ text: string; headers: Headers }> {
  const response = await fetch(`${api.url}${path}`, { redirect: 'manual', ...init })
  const text = await response.text()
  return { text, headers: response.headers }
}
async function note(path: string, init: RequestInit = {}): Promise<{ text: string; headers: Headers }> {
  const answer = await ask(path, init)
  answers.push(answer.text, JSON.stringify([...answer.headers]))
  return answer
}
const post = (path: string, key: string, body: object) =>
  ask(path, { method: 'POST', headers: { ...asJson, ...bearer(key) }, body: JSON.stringify(body) })

test('no secret is in the output of a run, nor in any answer but the one that hands it over', async () => {
  const { id, key } = JSON.parse((await post('/api/v1/keys', ADMIN_TOKEN, { name: 'a shop' })).text) as Record<
    'id' | 'key',
    string
  >
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(await sampleJpeg({ width: 64, height: 48 }))]), 'photo.jpg')
  const uploaded = await note('/api/v1/tasks', { method: 'POST', headers: bearer(key), body: form })
  const task = (JSON.parse(uploaded.text) as { id: string }).id
  const isDone = async () =>
    (await note(`/api/v1/tasks/${task}`, { headers: bearer(key) })).text.includes('"completed"')
  await until(isDone, { what: 'the end of the task' })
  const { url } = JSON.parse((await post(`/api/v1/tasks/${task}/download-url`, key, {})).text) as { url: string }
  const token = url.slice(url.lastIndexOf('/') + 1)
  expect((await fetch(url)).status).toBe(200)
  const login = await ask('/admin/login', { method: 'POST', body: new URLSearchParams({ token: ADMIN_TOKEN }) })
  const session = /darkroom_admin=([^;]+)/.exec(login.headers.get('set-cookie') ?? '')?.[1] ?? ''
  expect(session).not.toBe('')

  // In places where they do not belong, and in requests that fail.
  const code = 'code-that-signs-a-browser-in'
  for (const secret of [key, ADMIN_TOKEN]) {
    await note(`/api/v1/tasks?key=${secret}`, { headers: bearer(secret) })
    await note('/api/v1/tasks/none', { headers: bearer(secret), method: 'DELETE' })
    await note('/api/v1/keys', { headers: bearer(`${secret}x`) })
    await note('/admin/login', { method: 'POST', body: new URLSearchParams({ token: `${secret}x` }) })
  }
  await note(`/api/v1/tasks/${key}`, { headers: bearer(key) })
  await note(`/${key}`, { headers: bearer(key) })
  await note(`/d/${token}x`)
  await note(`/d/${token}/x`)
  await note(`/admin/sign-in?code=${code}`)
  await note('/admin/queues', { headers: { cookie: `darkroom_admin=${session}` } })
  await note(`/api/v1/keys/${id}`, { method: 'DELETE', headers: bearer(ADMIN_TOKEN) })
  await note('/api/v1/tasks', { headers: bearer(key) })
  await until(() => lines.filter((line) => line.includes('/api/v1/tasks')).length > 5, { what: 'the log' })
  await pause(200)

  const secrets = { ADMIN_TOKEN, SIGNING_SECRET, key: key.slice(-43), token, session, code }
  const output = lines.join('\n')
  console.log(
    `secrets: ${lines.length} lines of output and ${answers.length / 2} answers hold none of ${Object.keys(secrets).length}`,
  )
  for (const [name, secret] of Object.entries(secrets)) {
    expect(output.includes(secret), `${name} in the output`).toBe(false)
    // Who names a wrong token in the path or the form knows it; nothing else is repeated.
    expect(answers.join('\n').includes(secret), `${name} in an answer`).toBe(false)
  }
})

test('the children of API and worker cannot read their secrets in /proc', async (context) => {
  if (!isLinux) context.skip('only Linux has /proc')
  const children = childrenOf(worker.pid)
  expect(children.length).toBeGreaterThan(0)
  for (const child of children) {
    const status = await readFile(`/proc/${child}/status`, 'utf8')
    const parent = /^PPid:\s+(\d+)$/m.exec(status)?.[1]
    // What the child itself would read: it has the rights of this test.
    for (const pid of [parent, child, api.pid]) {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1')
      expect(environment).toContain('PATH=')
      for (const secret of [ADMIN_TOKEN, SIGNING_SECRET, stores.redisUrl, stores.mongoUrl])
        expect(environment.includes(secret)).toBe(false)
    }
  }
})
