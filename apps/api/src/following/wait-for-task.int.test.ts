import { problem, type AcceptedTask, type Task } from '@darkroom/contracts'
import { allowedMs, sampleJpeg, timed, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf } from '../../test/task-history.ts'

let api: TestApi
let photo: Buffer

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi({ FOLLOWERS_PER_TASK: '2' })
})
afterAll(() => api.stop())

async function newTask(): Promise<Task> {
  const { estimatedTime: _text, estimate: _estimate, ...task } = (await api.upload(photo)).body as AcceptedTask
  return task
}

interface Waiting {
  answer: Promise<Answer>
  isOpen: () => boolean
}

function wait(task: { id: string }, seconds: number, headers: Record<string, string> = {}, at = api): Waiting {
  let isOpen = true
  const answer = at.request(`/api/v1/tasks/${task.id}?wait=${seconds}`, { headers }).finally(() => (isOpen = false))
  return { answer, isOpen: () => isOpen }
}

const statusOf = ({ body }: Answer): string => (body as Task).status

const started = (task: Task) => historyOf(task, [{ progress: 0, end: 'running' }])[0]!

/**
 * A request only notices events after it has started to wait, so events are published until all
 * requests have been answered.
 */
async function tellUntilAnswered(task: Task, waiting: readonly Waiting[]): Promise<Answer[]> {
  const events = historyOf(task, [{ progress: 99, end: 'running' }])
  await until(
    async () => {
      await api.tell(events.shift()!)
      return !waiting.some(({ isOpen }) => isOpen())
    },
    { what: 'answers to all who wait', intervalMs: 100 },
  )
  return Promise.all(waiting.map(({ answer }) => answer))
}

it('responds to every waiting request when the task changes', async () => {
  const task = await newTask()
  const answers = await tellUntilAnswered(task, [wait(task, 20), wait(task, 20)])
  expect(answers.map(statusOf)).toEqual(['processing', 'processing'])
})

it('responds immediately if the task has ended', async () => {
  const task = await newTask()
  await api.tell(completedOf(task))
  await until(async () => statusOf(await api.request(`/api/v1/tasks/${task.id}`)) === 'completed', {
    what: 'a completed task',
  })
  const control = await timed(() => api.request(`/api/v1/tasks/${task.id}`))
  const waited = await timed(() => wait(task, 20).answer)
  expect(statusOf(waited.value)).toBe('completed')
  expect(waited.ms).toBeLessThan(allowedMs(5000, control.ms))
})

it('with an ETag it responds immediately to an outdated client, and waits otherwise', async () => {
  const task = await newTask()
  const etag = (await api.request(`/api/v1/tasks/${task.id}`)).headers.get('etag')!
  expect((await wait(task, 20, { 'if-none-match': '"older"' }).answer).status).toBe(200)

  const waiting = wait(task, 20, { 'if-none-match': etag })
  await api.tell(started(task))
  const answer = await waiting.answer
  expect([answer.status, statusOf(answer)]).toEqual([200, 'processing'])
  expect(answer.headers.get('etag')).not.toBe(etag)
  const plain = await api.request(`/api/v1/tasks/${task.id}`)
  expect(plain.headers.get('etag')).toBe(answer.headers.get('etag'))
})

it('responds after the timeout: 304 if the ETag matches, otherwise the task', async () => {
  const task = await newTask()
  const etag = (await api.request(`/api/v1/tasks/${task.id}`)).headers.get('etag')!
  const [{ value: known, ms }, plain] = await Promise.all([
    timed(() => wait(task, 1, { 'if-none-match': etag }).answer),
    wait(task, 1).answer,
  ])
  expect([known.status, known.text]).toEqual([304, ''])
  expect([plain.status, plain.body]).toEqual([200, task])
  expect(ms).toBeGreaterThan(900)
})

it('also waits by job id, but not for an unknown task', async () => {
  const task = await newTask()
  expect((await tellUntilAnswered(task, [wait({ id: task.jobId }, 20)])).map(statusOf)).toEqual(['processing'])
  const { status, body } = await wait({ id: '0'.repeat(24) }, 20).answer
  expect([status, problem.parse(body).code]).toEqual([404, 'TASK_NOT_FOUND'])
})

it.each(['31', '-1', '1.5', 'forever', '', '1&wait=2'])('?wait=%s is refused', async (seconds) => {
  const { status, body } = await api.request(`/api/v1/tasks/${(await newTask()).id}?wait=${seconds}`)
  expect([status, problem.parse(body).errors?.[0]?.pointer]).toEqual([400, '/wait'])
})

it('limits the waiting requests per task, and frees the place of a client that leaves', async () => {
  const task = await newTask()
  const leaving = new AbortController()
  const url = `${api.url}/api/v1/tasks/${task.id}?wait=20`
  // Again when the one that is to be refused was faster.
  const waitLong = async (): Promise<void> => {
    while ((await fetch(url, { signal: leaving.signal })).status === 429);
  }
  const waiting = [1, 2].map(() => waitLong().catch(() => {}))
  const refused = await until(async () => {
    const answer = await wait(task, 1).answer
    return answer.status === 429 && answer
  })
  expect([refused.headers.get('retry-after'), problem.parse(refused.body).code]).toEqual(['5', 'TOO_MANY_WAITING'])
  leaving.abort()
  await Promise.all(waiting)
  await until(async () => (await wait(task, 1).answer).status === 200, { what: 'room to wait' })
})

it('responds to waiting requests when the process shuts down', async () => {
  const [closing, control] = [await startTestApi(), await startTestApi()]
  await control.upload(photo)
  const { body } = await closing.upload(photo)
  const task = body as Task
  const reached = fetch(`${closing.url}/api/v1/tasks/${task.id}?wait=30`).then((response) => response.status)
  const other = wait(task, 30, {}, closing)
  // Both are taken up when a request that came later is answered.
  await closing.request('/livez')
  await closing.request(`/api/v1/tasks/${task.id}`)
  const { ms: controlMs } = await timed(control.stop)
  const { ms } = await timed(closing.stop)
  expect([await reached, (await other.answer).status]).toEqual([200, 200])
  expect(ms).toBeLessThan(allowedMs(5000, controlMs))
})
