import type { Task, TaskEventPage } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, eachOf, get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { followJob, startRoundRobin, type JobClient } from './support/job-sockets.ts'

// Without stickiness: a client may reach either process at each connection.
let darkroom: Installation
let apis: [ApiProcess, ApiProcess]
let balancer: Awaited<ReturnType<typeof startRoundRobin>>
let photo: Buffer
const clients: JobClient[] = []

const SOCKETS = 500
const JOBS = 200

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { SOCKETS_MAX: String(SOCKETS), FOLLOWERS_PER_ADDRESS: String(SOCKETS) },
  )
  apis = await Promise.all([darkroom.api(), darkroom.api()])
  balancer = await startRoundRobin(apis.map(({ port }) => port))
})
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.close()
})
afterAll(async () => {
  balancer.stop()
  await darkroom.stop()
})

/** Tasks that wait, because there is no worker. */
const newTasks = (count: number): Promise<Task[]> =>
  eachOf(Array.from({ length: count }), 8, () => accepted(apis[0].url, { bytes: photo }))

async function follow(tasks: readonly Task[], sockets: number): Promise<void> {
  for (let index = 0; index < sockets; index++)
    clients.push(followJob(balancer.url, tasks[index % tasks.length]!.jobId))
  await until(() => clients.every(({ heard }) => heard.length > 0), { what: 'all to subscribe', timeoutMs: 120_000 })
}

const hearTheEnd = () =>
  until(() => clients.every(({ isOver }) => isOver()), { what: 'all to hear the end', timeoutMs: 240_000 })

/** The events of a task after it was accepted, as its followers are told of them. */
async function eventsOf(jobId: string): Promise<string[]> {
  const { body } = await get<TaskEventPage>(`${apis[1].url}/api/v1/tasks/${jobId}/events`)
  return body.items.flatMap(({ type, data }) => {
    if (type === 'task.created') return []
    if (type === 'task.processing') return ['active 0']
    return type === 'task.progress' ? [`active ${data.percent}`] : [type.replace('task.', 'job:')]
  })
}

const toldBy = ({ heard }: JobClient): string[] =>
  heard.map(({ name, status, progress }) => (name === 'job:progress' ? `${status} ${progress}` : name))

/** All of `part` in the order of `whole`, which may have more. */
const isWithin = (part: readonly string[], whole: readonly string[]): boolean => {
  let at = 0
  return part.every((one) => (at = whole.indexOf(one, at) + 1) > 0)
}

test(`${SOCKETS} sockets on two processes hear every event of their ${JOBS} jobs, in order [S4.5]`, async () => {
  const tasks = await newTasks(JOBS)
  await follow(tasks, SOCKETS)
  const worker = await darkroom.worker('worker-of-sockets')
  await hearTheEnd()
  await worker.stop()
  const events = new Map(await eachOf(tasks, 8, async ({ jobId }) => [jobId, await eventsOf(jobId)] as const))
  for (const client of clients) {
    const [first, ...told] = toldBy(client)
    expect(first).toBe('pending 0')
    expect(told.filter((one) => one.startsWith('job:'))).toEqual(['job:completed'])
    const happened = events.get(client.jobId) ?? []
    if (!isWithin(happened, told)) expect(told).toEqual(happened)
    const progress = client.heard.flatMap((one) => one.progress ?? [])
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  }
}, 480_000)

test('clients of a killed process connect to the other, subscribe again and miss nothing', async () => {
  const tasks = await newTasks(40)
  await follow(tasks, 80)
  await darkroom.worker('worker-of-sockets-2')
  await until(() => clients.some(({ isOver }) => isOver()), { what: 'the first job to end', intervalMs: 2 })
  const waiting = clients.filter(({ isOver }) => !isOver())
  apis[0].kill('SIGKILL')
  await hearTheEnd()
  expect(waiting.filter(({ snapshots }) => snapshots.length > 1).length).toBeGreaterThan(0)
  for (const { jobId, heard } of clients) expect(heard.at(-1)).toMatchObject({ name: 'job:completed', jobId })
}, 480_000)
