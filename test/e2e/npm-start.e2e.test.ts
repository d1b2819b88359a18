import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { json } from 'node:stream/consumers'
import { freePort } from '@darkroom/local-services'
import { until } from '@darkroom/testing'
import { expect, inject, onTestFinished, test } from 'vitest'
import { choosePort } from '../../scripts/choose-port.ts'
import { NODE_FLAGS } from '../../scripts/processes.ts'
import { isRunning, npmRun, type NpmRun, type OsProcess } from './support/npm-run.ts'
import { isLinux } from './support/processes-of-linux.ts'

/** Previously, some of them stayed alive until they noticed. */
const GONE_MS = 30_000

async function started(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<NpmRun> {
  const run = await npmRun(script, args, env)
  onTestFinished(() => run.stop())
  await run.started().catch((error: unknown) => {
    throw new Error(`${run.output()}\n${String(error)}`)
  })
  return run
}

const theOne = (processes: readonly OsProcess[], part: string): OsProcess => {
  const found = processes.find(({ command }) => command.includes(part))
  if (!found) throw new Error(`There is no process ${part} among ${processes.map(({ command }) => command).join('\n')}`)
  return found
}

/** With an empty environment, it checks what npm start runs. */
async function expectDoctorToFind({ tree }: NpmRun): Promise<void> {
  const { PATH, HOME } = process.env
  const doctor = spawn(process.execPath, ['--conditions=source', 'scripts/doctor.ts', '--json'], {
    cwd: tree,
    env: { PATH, HOME },
  })
  const { ok, findings } = (await json(doctor.stdout)) as {
    ok: boolean
    findings: { area: string; level: string; says: string }[]
  }
  expect(findings.filter(({ level }) => level === 'FAIL')).toEqual([])
  expect(ok).toBe(true)
  expect(findings.map(({ says }) => says).join()).toMatch(/responds on port \d+ and is healthy.*1 worker connected/)
}

/** Whoever reads the terminal may administer; whoever is on this machine may use the rest. */
async function expectFirstMinute(run: NpmRun): Promise<void> {
  expect(run.output()).toContain('this machine only, without a key')
  const link = /http:\/\/localhost:\d+\/admin\/sign-in\?code=[\w-]+/.exec(run.output())?.[0] ?? ''
  const statusOf = async (path: string) => (await fetch(new URL(path, link))).status
  expect([await statusOf('/api/v1/tasks'), await statusOf('/api/v1/keys')]).toEqual([200, 401])
  expect((await fetch(new URL('/api/v1/demo/workers/any/kill', link), { method: 'POST' })).status).toBe(404)
  const open = () => fetch(link, { redirect: 'manual' })
  const first = await open()
  expect([first.status, first.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('darkroom_admin=')])
  expect((await open()).status).toBe(401)
}

test.skipIf(!isLinux).each([
  ['SIGTERM', 'npm run'],
  ['SIGHUP', 'npm run'],
  ['SIGKILL', 'npm run'],
  ['SIGKILL', 'bootstrap.mjs'],
  ['SIGKILL', 'scripts/start.ts --'],
] as const)('%s to %s ends everything that npm start started', async (signal, whom) => {
  // Of all kinds once: the processes of one kind end like those of another.
  const run = await started('start', signal === 'SIGTERM' ? [] : ['--kinds', 'image.optimize'])
  const processes = run.processes()
  for (const part of ['apps/api/src/main.ts', 'image-worker/src/main.ts', 'child.ts', 'redis-server', 'secantusd-rs'])
    if (part !== 'secantusd-rs' || run.output().includes('SecantusDB')) theOne(processes, part)

  if (signal === 'SIGTERM') {
    await expectFirstMinute(run)
    await expectDoctorToFind(run)
  }
  process.kill(theOne(processes, whom).pid, signal)
  let left: string[] = []
  const isOver = (): boolean => {
    left = processes.filter(isRunning).map(({ command }) => command)
    return left.length === 0
  }
  await until(isOver, { timeoutMs: GONE_MS, what: 'everything to end' }).catch(() => {})
  expect(left).toEqual([])
  expect(run.output()).not.toContain('still serving requests')
})

test.skipIf(!isLinux).each([
  ['server', [], 'apps/api/src/main.ts', 'image-worker/src/main.ts'],
  ['worker', ['--kinds', 'image.optimize'], 'image-worker/src/main.ts', 'apps/api/src/main.ts'],
] as const)(
  'npm run %s starts its process with the flags of npm start, and restarts it when it dies [S4.15]',
  async (script, args, main, other) => {
    const run = await started(script, args, {
      REDIS_URL: inject('redisUrl'),
      MONGODB_URL: inject('mongoUrl'),
      PORT: '0',
      REDIS_NAMESPACE: script,
    })
    const first = theOne(run.processes(), main)
    for (const flag of NODE_FLAGS) expect(first.command).toContain(flag)
    expect(run.processes().some(({ command }) => command.includes(other))).toBe(false)
    expect(run.processes().some(({ command }) => command.includes('redis-server'))).toBe(false)
    expect(run.processes().some(({ command }) => command.includes('photo-worker/src/main.ts'))).toBe(false)

    process.kill(first.pid, 'SIGKILL')
    await until(() => run.processes().find(({ command, pid }) => command.includes(main) && pid !== first.pid), {
      timeoutMs: GONE_MS,
      what: `${main} to be restarted`,
    })
  },
)

test.skipIf(!isLinux)('the API of a demo has a worker killed, which is restarted', async () => {
  const run = await started('start', ['--demo', '--kinds', 'image.optimize'])
  const link = /http:\/\/localhost:\d+\/admin\/sign-in\?code=[\w-]+/.exec(run.output())?.[0] ?? ''
  const cookie = (await fetch(link, { redirect: 'manual' })).headers.get('set-cookie')?.split(';')[0] ?? ''
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(new URL(`/api/v1${path}`, link), { ...init, headers: { cookie } })
  const workerIds = async () => ((await (await ask('/workers')).json()) as { items: { id: string }[] }).items
  const first = theOne(run.processes(), 'image-worker/src/main.ts')
  const [worker] = await workerIds()
  expect(worker?.id).toMatch(new RegExp(`-${first.pid}$`))

  const path = `/demo/workers/${worker?.id}/kill`
  expect((await fetch(new URL(`/api/v1${path}`, link), { method: 'POST' })).status).toBe(401)
  expect((await ask('/demo/workers/unknown-1/kill', { method: 'POST' })).status).toBe(404)
  expect(isRunning(first)).toBe(true)
  expect((await ask(path, { method: 'POST' })).status).toBe(202)
  await until(() => !isRunning(first), { what: 'the worker to be killed' })
  await until(async () => (await workerIds()).some(({ id }) => id !== worker?.id), {
    timeoutMs: GONE_MS,
    what: 'another worker to be connected',
  })
})

/** The first of two adjacent ports. */
const twoFreePorts = (): Promise<number> =>
  until(async () => {
    const first = await freePort()
    return (await choosePort(String(first + 1), '0.0.0.0')) && first
  })

const settingOf = ({ pid }: OsProcess, name: string): string | undefined =>
  readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .find((setting) => setting.startsWith(`${name}=`))
    ?.slice(name.length + 1)

test.skipIf(!isLinux)(
  'METRICS_PORT and WORKER_ID apply to the first worker and count up for the next one',
  async () => {
    const port = await twoFreePorts()
    const run = await started('start', ['--no-services', '--no-api', '--workers', '2', '--kinds', 'image.optimize'], {
      REDIS_URL: inject('redisUrl'),
      MONGODB_URL: inject('mongoUrl'),
      REDIS_NAMESPACE: 'metrics-ports',
      METRICS_PORT: String(port),
      WORKER_ID: 'desk',
    })
    const workers = run.processes().filter(({ command }) => command.includes('image-worker/src/main.ts'))
    const settings = workers.map((worker) => `${settingOf(worker, 'WORKER_ID')}: ${settingOf(worker, 'METRICS_PORT')}`)
    expect(settings.toSorted()).toEqual([`desk-2: ${port + 1}`, `desk: ${port}`])
    for (const one of [port, port + 1]) {
      const text = await (await fetch(`http://127.0.0.1:${one}/metrics`)).text()
      expect(text).toContain('darkroom_worker_slots')
    }
  },
)

test.skipIf(!isLinux)('npm start goes on without the models for bib numbers, and says what is missing', async () => {
  const run = await started('start', ['--no-services', '--kinds', 'image.optimize,photo.bibs'], {
    REDIS_URL: inject('redisUrl'),
    MONGODB_URL: inject('mongoUrl'),
    PORT: '0',
    REDIS_NAMESPACE: 'no-models',
    BIBS_MODELS: '/no/such/folder',
  })
  theOne(run.processes(), 'image-worker/src/main.ts')
  theOne(run.processes(), 'photo-worker/src/main.ts')
  // At first it may only lack the data folder, which the API creates.
  const line = /photo-worker.*cannot be read: \/no\/such\/folder.*set BIBS_MODELS.*taking no jobs/
  await until(() => line.test(run.output()), { timeoutMs: GONE_MS, what: 'the reason' })
})

test('npm start lists the environment errors of all processes before it starts anything', async () => {
  const run = await npmRun('start', [], { PORT: '99999', JOB_DEADLINE_MS: 'soon', MONGO_URL: 'mongodb://localhost' })
  onTestFinished(() => run.stop())
  await until(() => run.processes().length === 0, { timeoutMs: GONE_MS })
  expect(run.output()).toContain('MONGO_URL is not a setting of Darkroom and is ignored. Did you mean MONGODB_URL?')
  expect(run.output()).toContain('  - PORT: must be at most 65535\n  - JOB_DEADLINE_MS: must be a whole number')
  expect(run.output()).not.toContain('Redis:')
})
