// The command line as people and scripts use it: on a real API, in pipes and in a terminal.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { createDarkroom, webhooks, type Darkroom, type ListedTask, type Task } from '@darkroom/client'
import { sampleJpeg, until } from '@darkroom/testing'
import { spawn as spawnInTerminal } from '@lydell/node-pty'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const MAIN = join(import.meta.dirname, '../../apps/cli/src/darkroom.ts')
const FILES = 30
const MISSING = '0123456789abcdef01234567'
const ADMIN_TOKEN = 'the-administrator-of-the-command-line'

let installation: Installation
let api: ApiProcess
let darkroom: Darkroom
let folder: string

beforeAll(async () => {
  installation = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  ;[api] = await Promise.all([installation.api(), installation.worker('worker-a')])
  darkroom = createDarkroom({ url: api.url })
  folder = await mkdtemp(join(tmpdir(), 'darkroom-cli-'))
  await mkdir(join(folder, 'race/day two'), { recursive: true })
  await writeFile(join(folder, 'race/start.jpg'), await sampleJpeg({ width: 1200, height: 900 }))
  await writeFile(join(folder, 'race/day two/finish.JPG'), await sampleJpeg({ width: 800, height: 600, seed: 2 }))
  await writeFile(join(folder, 'race/notes.txt'), 'not a photo')
  await mkdir(join(folder, 'many'))
  const small = await sampleJpeg({ width: 40, height: 30 })
  for (let at = 0; at < FILES; at++) await writeFile(join(folder, `many/${at}.jpg`), small)
})
afterAll(async () => {
  await installation?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const argsOf = (args: string[]): string[] => ['--conditions=source', MAIN, ...args]
const envOf = () => ({
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  DARKROOM_URL: api.url,
  XDG_STATE_HOME: join(folder, 'state'),
})

function start(args: string[], settings: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, argsOf(args), {
    cwd: folder,
    env: { ...envOf(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, ...output }))
  return { child, output, ended }
}

const darkroomCli = (...args: string[]) => start(args).ended

const jsonOf = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

/** In a terminal of its own, until it ends; `act` can type. */
async function inTerminal(
  args: string[],
  act: (terminal: { seen: () => string; type: (text: string) => void }) => Promise<unknown>,
) {
  const terminal = spawnInTerminal(process.execPath, argsOf(args), { cwd: folder, env: envOf(), cols: 100, rows: 30 })
  let seen = ''
  terminal.onData((text) => (seen += text))
  const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)))
  await act({ seen: () => seen, type: (text) => terminal.write(text) })
  return { code: await ended, seen }
}

test('a folder is sent and waited for, and its variants are downloaded', async () => {
  const sent = await darkroomCli('send', 'race', '--wait', '--priority', 'premium', '--metadata', '{"race":1}')
  expect(sent).toMatchObject({ code: 0, stderr: '2 sent, 2 ended, 0 with an error\n' })
  expect(sent.stdout).toMatch(/^start\.jpg {2}completed {2}1024x768 \d+ kB, 800x600 \d+ kB$/m)
  expect(sent.stdout).toMatch(/^day two\/finish\.JPG {2}completed/m)

  const listed = await darkroomCli('list', '--status', 'completed', '--limit', '2', '--json')
  const tasks = jsonOf(listed.stdout) as ListedTask[]
  expect(tasks.map(({ name }) => name).toSorted()).toEqual(['finish.JPG', 'start.jpg'])
  expect(tasks[0]).toMatchObject({ priority: 'premium', metadata: { race: 1 } })
  const { id = '' } = tasks.find(({ name }) => name === 'start.jpg') ?? {}

  const found = await darkroomCli('list', '--search', 'finish', '--json')
  expect((jsonOf(found.stdout) as ListedTask[]).map(({ name }) => name)).toEqual(['finish.JPG'])

  const shown = await darkroomCli('show', id)
  expect(shown.stdout).toMatch(/^status +completed$/m)
  expect(shown.stdout).toMatch(/^file 1024 +1024x768, \d+ kB$/m)

  const got = await darkroomCli('get', id, '--to', 'results')
  expect(got.code).toBe(0)
  expect((await readdir(join(folder, 'results'))).toSorted()).toEqual(['start-1024.jpg', 'start-800.jpg'])
  expect(await sharp(await readFile(join(folder, 'results/start-800.jpg'))).metadata()).toMatchObject({ width: 800 })
  expect(await darkroomCli('get', id, '--to', 'results')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--force'),
  })

  expect((await darkroomCli('retry', id)).stdout).toContain(`${id}  pending`)
  const watched = jsonOf((await darkroomCli('watch', id, '--json')).stdout) as {
    taskId: string
    type: string
    epoch: number
  }[]
  expect(watched.at(-1)).toMatchObject({ taskId: id, type: 'task.completed', epoch: 2 })
  expect(await darkroomCli('cancel', id)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(new RegExp(`^${id}  refused  [A-Z_]+: .*completed`)),
  })
  const removed = await darkroomCli('rm', MISSING, id, '--json')
  expect([removed.code, jsonOf(removed.stdout)]).toEqual([
    1,
    [
      { id: MISSING, error: { code: 'TASK_NOT_FOUND', message: expect.any(String) } },
      { id, deleted: true },
    ],
  ])
})

test('files of several tasks with the same name are all kept', async () => {
  await mkdir(join(folder, 'same'))
  await copyFile(join(folder, 'race/start.jpg'), join(folder, 'same/start.jpg'))
  const sent = jsonOf((await darkroomCli('send', 'race/start.jpg', 'same/start.jpg', '--wait', '--json')).stdout)
  const [one, other] = (sent as Task[]).map(({ id }) => id) as [string, string]
  const expected = ['start-1024.jpg', 'start-800.jpg', `start-1024-${other}.jpg`, `start-800-${other}.jpg`].toSorted()
  for (const force of [[], ['--force']]) {
    expect(await darkroomCli('get', one, other, '--to', 'both', ...force)).toMatchObject({ code: 0, stderr: '' })
    expect((await readdir(join(folder, 'both'))).toSorted()).toEqual(expected)
  }
})

test('what is refused, wrong or not reachable has a code of its own', async () => {
  const refused = await darkroomCli('send', 'race/notes.txt', '--json')
  expect([refused.code, jsonOf(refused.stdout)]).toEqual([
    1,
    [{ file: join(folder, 'race/notes.txt'), error: { code: 'IMAGE_UNSUPPORTED', message: expect.any(String) } }],
  ])
  const text = await darkroomCli('batch', 'send', 'race/notes.txt')
  for (const { stdout } of [await darkroomCli('send', 'race/notes.txt'), text])
    expect(stdout).toMatch(/IMAGE_UNSUPPORTED: The file is text\. JPEG, PNG, WebP and GIF images are accepted\.\n/)
  expect(await darkroomCli('show', MISSING)).toMatchObject({ code: 1, stdout: '' })
  const wrong = [
    ['send'],
    ['send', 'nothing.jpg'],
    ['list', '--status', 'done'],
    ['lst'],
    ['send', 'race', '--metadata', '[]'],
    ['dead', 'replay'],
  ]
  const codes = await Promise.all(wrong.map(async (args) => (await darkroomCli(...args)).code))
  expect(codes).toEqual(wrong.map(() => 2))
  const nowhere = await start(['list', '--json'], { DARKROOM_URL: 'http://127.0.0.1:1' }).ended
  expect(nowhere.code).toBe(3)
  expect(jsonOf(nowhere.stderr)).toEqual([
    { error: { code: 'UNREACHABLE', message: expect.stringContaining('127.0.0.1:1') } },
  ])
  for (const url of ['localhost:3411', 'foo'])
    expect(await start(['list'], { DARKROOM_URL: url }).ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `darkroom: DARKROOM_URL is ${url}: it must start with http:// or https://, such as http://localhost:3000\n`,
    })
  expect((await darkroomCli('--help')).code).toBe(0)
})

test('what cannot be read of a folder is refused, and the rest is sent', async () => {
  const bad = join(folder, 'bad')
  await mkdir(bad)
  await symlink('nothing', join(bad, 'broken.jpg'))
  await promisify(execFile)('mkfifo', [join(bad, 'pipe.jpg')])
  await copyFile(join(folder, 'many/0.jpg'), join(bad, 'good.jpg'))
  const sent = await darkroomCli('send', 'bad')
  expect(sent).toMatchObject({ code: 1, stderr: '1 sent, 2 with an error\n' })
  expect(sent.stdout.trim().split('\n').toSorted()).toEqual([
    'broken.jpg  refused  FILE_UNREADABLE: broken.jpg cannot be read: no such file or directory.',
    expect.stringMatching(/^good\.jpg {2}accepted/),
    'pipe.jpg  refused  FILE_UNREADABLE: pipe.jpg cannot be read: not a regular file.',
  ])
  const batch = await darkroomCli('batch', 'send', 'bad', '--json')
  expect(batch.code).toBe(1)
  expect(jsonOf(batch.stdout)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'good.jpg', status: 'accepted' }),
      expect.objectContaining({ name: 'pipe.jpg', problem: expect.objectContaining({ code: 'FILE_UNREADABLE' }) }),
    ]),
  )
})

test('nothing is sent if a named file is missing', async () => {
  expect(await darkroomCli('send', 'many', 'missing.jpg')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'darkroom: There is no file or folder missing.jpg\n',
  })
})

test('a used-up quota ends a run at once; uploads in progress end first, and the run can be continued', async () => {
  const problem = { code: 'QUOTA_EXCEEDED', detail: 'Your quota is 1 tasks a day. Nothing was stored.', status: 429 }
  const waiting: ServerResponse[] = []
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<unknown> => {
    await buffer(req)
    if (req.method === 'GET') return res.end()
    waiting.push(res)
    if (waiting.length < 2) return undefined
    const [refused, accepted] = waiting as [ServerResponse, ServerResponse]
    const closed = once(refused.socket!, 'close')
    refused.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '18850', connection: 'close' })
    refused.end(JSON.stringify(problem))
    await closed
    return accepted.writeHead(202, { 'content-type': 'application/json' }).end('{"id":"1"}')
  }
  const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state = join(folder, 'state of the quota')
  const next = start(['send', 'many', '--at-once', '2'], { DARKROOM_URL: url, XDG_STATE_HOME: state })
  expect(await next.ended).toEqual({
    code: 1,
    stdout: expect.stringMatching(/^\d+\.jpg {2}accepted {2}1\n$/),
    stderr: `Stopped: 1 sent, 0 with an error. The same command continues.\ndarkroom: ${problem.detail}\n`,
  })
  expect(await readdir(join(state, 'darkroom/sends'))).toHaveLength(1)
  server.close()
})

test('DARKROOM_KEY opens an API that requires keys', async () => {
  const { url } = await installation.api({ env: { AUTH: 'keys', ADMIN_TOKEN } })
  const withKey = (key: string | undefined, ...args: string[]) =>
    start(args, { DARKROOM_URL: url, ...(key !== undefined && { DARKROOM_KEY: key }) }).ended
  const admin = createDarkroom({ url, key: ADMIN_TOKEN })
  const { data } = await admin.api.POST('/api/v1/keys', {
    body: { name: 'the command line', tenant: 'shop', scopes: ['tasks:read', 'tasks:write'] },
  })
  const key = data!.key

  expect(await withKey(undefined, 'list')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('DARKROOM_KEY'),
  })
  const wrong = await withKey(`${key.slice(0, -1)}!`, 'doctor')
  expect(wrong.stdout).toContain(`${url} does not accept the key in DARKROOM_KEY: it is wrong, expired or revoked.\n`)
  expect(await withKey(key, 'send', 'race/start.jpg', '--wait')).toMatchObject({ code: 0 })
  const listed = jsonOf((await withKey(key, 'list', '--json')).stdout) as ListedTask[]
  expect(listed.map(({ name }) => name)).toEqual(['start.jpg'])
  const queues = await withKey(key, 'queue', '--json')
  expect(queues).toMatchObject({ code: 1, stderr: expect.stringContaining('queues:read') })
})

test('a run that Ctrl-C interrupts is continued by the same command, which sends the rest', async () => {
  const command = ['send', 'many', '--at-once', '2', '--priority', 'normal']
  const { child, output, ended } = start(command)
  await until(() => output.stdout.split('accepted').length > 5, { what: 'the first accepted files', timeoutMs: 30_000 })
  child.kill('SIGINT')
  const first = await ended
  expect(first.code).toBe(130)
  expect(first.stderr).toContain('The same command continues.')
  const before = first.stdout.split('accepted').length - 1
  expect(before).toBeLessThan(FILES)

  const second = await darkroomCli(...command)
  expect(second.code).toBe(0)
  expect(second.stderr).toMatch(new RegExp(`^Continuing an interrupted run: ${before} sent already`))
  expect(second.stdout.split('accepted').length - 1).toBe(FILES - before)
  const tasks = await Array.fromAsync(darkroom.list({ priority: 'normal' }))
  expect(tasks.map(({ name }) => name).toSorted()).toEqual((await readdir(join(folder, 'many'))).toSorted())
  expect(await readdir(join(folder, 'state/darkroom/sends'))).toEqual([])
})

test('a batch has a result for each file', async () => {
  const { code, stdout } = await darkroomCli('batch', 'send', 'many', 'race/notes.txt', '--wait')
  expect(code).toBe(1)
  expect(stdout.match(/^\d+\.jpg {2}completed/gm)).toHaveLength(FILES)
  expect(stdout).toMatch(/^notes\.txt {2}refused {2}IMAGE_UNSUPPORTED: /m)
  const [, batchId = ''] = /^batch ([0-9a-f]{24})$/m.exec(stdout) ?? []
  const { data } = await darkroom.api.GET('/api/v1/batches/{id}', { params: { path: { id: batchId } } })
  expect(data).toMatchObject({ total: FILES, status: 'completed' })
  const listed = await darkroomCli('batch', 'list', '--limit', '1')
  expect(listed.stdout).toMatch(new RegExp(`^${batchId} +completed +.* ago +${FILES} tasks: ${FILES} completed$`, 'm'))
  const watched = await darkroomCli('batch', 'watch', batchId)
  expect([watched.code, watched.stdout]).toEqual([0, expect.stringContaining(`100 %  ${FILES} tasks`)])
  const events = await darkroomCli('--json', 'batch', 'watch', batchId)
  expect(events.stdout.match(/"type":"task\.completed"/g)).toHaveLength(FILES)
})

test('a terminal shows a bar for what is in progress, and what has ended above it', async () => {
  const { code, seen } = await inTerminal(['send', 'many', 'race', '--wait', '--afresh'], ({ seen: now }) =>
    until(() => now().includes('ended, 0 with an error'), { what: 'the summary', timeoutMs: 60_000 }),
  )
  expect(code).toBe(0)
  // The cursor goes up again and again, and is hidden meanwhile.
  expect(seen.split('\u001B[').some((sequence) => /^\d+A/.test(sequence))).toBe(true)
  expect(seen).toContain('\u001B[?25l')
  expect(seen).toContain('\u001B[?25h')
  expect(seen).toMatch(/start\.jpg +\S*completed/)
  expect(seen).toContain(`${FILES + 2} sent, ${FILES + 2} ended, 0 with an error`)
})

test('the queues are shown live until Ctrl-C, and once in a pipe', async () => {
  const { code, seen } = await inTerminal(['queue'], async ({ seen: now, type }) => {
    const times = (): Set<string> => new Set(now().match(/[\d:]{7,}/g))
    await until(() => times().size > 1, { what: 'a second look', timeoutMs: 30_000 })
    type('\u0003')
  })
  expect(code).toBe(0)
  expect(seen).toContain('image-processing')

  const [{ queues }] = jsonOf((await darkroomCli('queue', '--json')).stdout) as [
    { queues: { name: string; workers: number }[] },
  ]
  expect(queues.find(({ name }) => name === 'image-processing')).toMatchObject({ workers: 1 })
})

interface Received {
  eventType: string
  taskId: string
}

test('events are forwarded to a local server, signed like webhooks', async () => {
  const received: Promise<Received>[] = []
  const secret = `whsec_${Buffer.from('a secret of the test, 24').toString('base64')}`
  const server = createServer((req, res) => {
    received.push(text(req).then((body) => webhooks.verify<Received>(body, req.headers, secret)))
    res.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const { child, output, ended } = start(['listen', '--forward', url, '--events', 'task.created,task.completed'], {
    DARKROOM_WEBHOOK_SECRET: secret,
  })
  await until(() => output.stderr.includes('Forwarding to'), { what: 'a start', timeoutMs: 30_000 })
  const { id } = await darkroom.createAndWait({ file: new Blob([await readFile(join(folder, 'many/0.jpg'))]) })
  await until(() => output.stdout.includes(`task.completed   ${id}  204`), { what: 'both events', timeoutMs: 30_000 })
  child.kill('SIGINT')
  expect((await ended).code).toBe(0)
  server.close()
  const events = (await Promise.all(received)).filter(({ taskId }) => taskId === id)
  expect(events.map(({ eventType }) => eventType)).toEqual(['task.created', 'task.completed'])
})

test('the doctor finds a queue without a worker; dead letters are counted', async () => {
  const { code, stdout } = await darkroomCli('doctor')
  // Only the worker of images runs.
  expect(code).toBe(1)
  expect(stdout).toMatch(/^✓ redis +works$/m)
  expect(stdout).toMatch(/^✓ queue image-processing 1 worker$/m)
  expect(stdout).toMatch(/^✗ queue photo-processing no worker runs: start one$/m)
  const whole = await sampleJpeg({ width: 900, height: 600 })
  await writeFile(join(folder, 'half.jpg'), whole.subarray(0, whole.length / 2))
  const failed = await darkroomCli('send', 'half.jpg', '--wait', '--json')
  expect([failed.code, (jsonOf(failed.stdout)[0] as Task).status]).toEqual([1, 'failed'])
  expect(jsonOf((await darkroomCli('dead', 'list', '--json')).stdout)).toMatchObject([
    { code: 'IMAGE_CORRUPT', count: 1 },
  ])
  const task = jsonOf(failed.stdout)[0] as Task
  for (const filter of [
    ['--code', 'IMAGE_CORRUPT'],
    ['--code', 'IMAGE_CORRUPT', '--worker', task.workerId ?? ''],
  ]) {
    const { stdout: listed } = await darkroomCli('list', ...filter, '--json')
    expect((jsonOf(listed) as ListedTask[]).map(({ id }) => id)).toEqual([task.id])
  }
  expect((await darkroomCli('list', '--worker', 'nobody', '--json')).stdout).toBe('')
})

const isLong = process.env['CLI'] === 'long'
if (!isLong) console.log('1,000 files are only sent with CLI=long.')

test.skipIf(!isLong)('1,000 files take hardly more memory than a few', { timeout: 900_000 }, async () => {
  const photo = join(folder, 'race/start.jpg')
  await mkdir(join(folder, 'thousand'))
  for (let at = 0; at < 1000; at++) await link(photo, join(folder, `thousand/${at}.jpg`))
  const peakOf = async (paths: string): Promise<number> => {
    const { child, ended } = start(['send', paths, '--wait', '--afresh', '--priority', 'batch'])
    let peak = 0
    const look = setInterval(() => {
      const [, kib = 0] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
      peak = Math.max(peak, Number(kib) / 1024)
    }, 50)
    child.once('exit', () => clearInterval(look))
    expect(await ended).toMatchObject({ code: 0 })
    return peak
  }
  const few = await peakOf('many')
  const startedAt = performance.now()
  const many = await peakOf('thousand')
  console.log(
    `MiB: ${few.toFixed(0)} for ${FILES} files, ${many.toFixed(0)} for 1,000; ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  )
  // All of them together have 200 MB.
  expect(many - few).toBeLessThan(64)
})
