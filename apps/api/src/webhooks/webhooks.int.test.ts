import { spawnSync } from 'node:child_process'
import type {
  CreatedWebhook,
  Delivery,
  DeliveryDetails,
  DeliveryPage,
  Task,
  Webhook,
  WebhookSecrets,
} from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { endAs } from '../../test/end-task.ts'
import { fieldPart, filePart } from '../../test/multipart.ts'
import { parseMetrics, sampleOf } from '../../test/parse-metrics.ts'
import { startReceiver, verify, type Receiver } from '../../test/receiver.ts'
import { forgetKeys, startTestApi, testLog, type Answer, type TestApi } from '../../test/start-test-api.ts'

const settings = { ALLOW_PRIVATE_ADDRESSES: '127.0.0.1', WEBHOOK_RETRY_SECONDS: '0,0', SWEEP_INTERVAL_MS: '200' }

let api: TestApi
let receiver: Receiver
let photo: Buffer

beforeAll(async () => {
  receiver = await startReceiver()
  api = await startTestApi(settings)
  photo = await sampleJpeg({ width: 64, height: 48, seed: 1 })
})
afterAll(async () => {
  await api.stop()
  await receiver.stop()
})

const BASE = '/api/v1/webhooks'
const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  api.request(BASE + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })

async function newWebhook(path: string, more: object = {}): Promise<CreatedWebhook> {
  const answer = await send('POST', '', { url: receiver.urlOf(path), ...more })
  expect(answer.status).toBe(201)
  return answer.body as CreatedWebhook
}
const remove = ({ id }: Webhook): Promise<Answer> => send('DELETE', `/${id}`)

async function newTask(fields: Record<string, string> = {}): Promise<Task> {
  const parts = Object.entries(fields).map(([name, value]) => fieldPart(name, value))
  const answer = await api.upload(photo, parts)
  expect(answer.status).toBe(202)
  return answer.body as Task
}

/** What arrived at a path, once there is this much. */
const arrived = (path: string, count: number) =>
  until(() => receiver.at(path).length >= count && receiver.at(path), { what: `${count} requests to ${path}` })
const typesAt = (path: string): string[] => receiver.at(path).map(({ event }) => event.eventType)
const deliveriesOf = async (id: string, query = ''): Promise<Delivery[]> =>
  ((await send('GET', `/${id}/deliveries${query}`)).body as DeliveryPage).items
const ended = (id: string, query = '') =>
  until(
    async () => {
      const items = await deliveriesOf(id, query)
      return items.length > 0 && items.every(({ state }) => state !== 'waiting') && items
    },
    { what: 'the end of its deliveries' },
  )

describe('a webhook', () => {
  it('gets the events of tasks in order, signed by the Standard Webhooks specification', async () => {
    const webhook = await newWebhook('/all')
    const task = await endAs(api, await newTask(), 'completed')
    const all = await arrived('/all', 2)
    expect(typesAt('/all')).toEqual(['task.created', 'task.completed'])
    for (const one of all) verify(webhook.secret, one)
    expect(() => verify(webhook.secret, { ...all[0]!, text: `${all[0]!.text} ` })).toThrow(/signature/)
    const [entry] = (await api.request(task.links.events)).body === undefined ? [] : all.slice(1)
    expect(entry?.event).toMatchObject({ taskId: task.id, epoch: 1, tenant: 'default' })
    expect(entry?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(new RegExp(`^msg_${task.id}_1_\\d+$`)),
    })
    await remove(webhook)
  })

  it('is verified by the library of another language as well', async () => {
    const isThere = spawnSync('python3', ['-c', 'import standardwebhooks']).status === 0
    if (!isThere) {
      console.log('not verified in Python: there is no python3 with the package standardwebhooks')
      return
    }
    const webhook = await newWebhook('/python')
    await send('POST', `/${webhook.id}/ping`)
    const [ping] = await arrived('/python', 1)
    const program =
      'import json, sys; from standardwebhooks import Webhook; given = json.load(sys.stdin); ' +
      'Webhook(given["secret"]).verify(given["text"], given["headers"]); print("verified")'
    const input = JSON.stringify({ secret: webhook.secret, ...ping })
    expect(spawnSync('python3', ['-c', program], { input, encoding: 'utf8' })).toMatchObject({ stdout: 'verified\n' })
    await remove(webhook)
  })

  it('gets only the events and kinds that it chose', async () => {
    const ends = await newWebhook('/ends', { events: ['task.completed', 'task.cancelled'] })
    const videos = await newWebhook('/videos', { kinds: ['video.render'] })
    await endAs(api, await newTask(), 'cancelled')
    await arrived('/ends', 1)
    expect(typesAt('/ends')).toEqual(['task.cancelled'])
    expect(await deliveriesOf(videos.id)).toEqual([])
    await Promise.all([remove(ends), remove(videos)])
  })

  it('gets an event again until it accepts it, with the same id; a redirect is a failure', async () => {
    const webhook = await newWebhook('/late', { events: ['task.created'] })
    const elsewhere = receiver.urlOf('/elsewhere')
    receiver.answer('/late', (res, nth) => {
      if (nth === 0) res.writeHead(302, { location: elsewhere }).end()
      else if (nth === 1) res.writeHead(503, { 'retry-after': '1' }).end('not yet')
      else res.end('thanks')
    })
    await newTask()
    const all = await arrived('/late', 3)
    expect(new Set(all.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const [delivery] = await ended(webhook.id)
    expect(delivery).toMatchObject({ state: 'delivered', attempts: { made: 3, max: 3, nextAt: null } })
    expect(delivery?.tries.map(({ status, response }) => [status, response])).toEqual([
      [302, ''],
      [503, 'not yet'],
      [200, 'thanks'],
    ])
    const [, second, third] = delivery?.tries.map(({ at }) => Date.parse(at)) ?? []
    expect(third! - second!).toBeGreaterThanOrEqual(900)
    expect(receiver.at('/elsewhere')).toEqual([])
    await remove(webhook)
  })

  it('holds back later events of a task until earlier ones have arrived', async () => {
    const webhook = await newWebhook('/ordered')
    receiver.answer('/ordered', (res, nth) => void res.writeHead(nth < 2 ? 500 : 204).end())
    await endAs(api, await newTask(), 'completed')
    await arrived('/ordered', 4)
    expect(typesAt('/ordered')).toEqual(['task.created', 'task.created', 'task.created', 'task.completed'])
    await remove(webhook)
  })

  it('is switched off when it is gone, and the others are told', async () => {
    const gone = await newWebhook('/gone', { events: ['task.created'] })
    const other = await newWebhook('/other', { events: ['webhook.disabled'] })
    receiver.answer('/gone', (res) => void res.writeHead(410).end())
    const warn = vi.spyOn(testLog, 'warn')
    await newTask()
    await arrived('/other', 1)
    // Not its URL, which may be its secret.
    expect(warn.mock.calls).toContainEqual([
      { tenant: 'default', webhookId: gone.id, reason: expect.any(String) },
      'webhook switched off',
    ])
    warn.mockRestore()
    const { body } = await send('GET', `/${gone.id}`)
    expect(body).toMatchObject({ enabled: false, disabled: { reason: expect.stringMatching(/410/) } })
    expect(receiver.at('/other')[0]?.event).toMatchObject({ eventType: 'webhook.disabled', webhookId: gone.id })
    expect((await send('POST', `/${gone.id}/ping`)).status).toBe(409)
    await newTask()
    expect((await send('PATCH', `/${gone.id}`, { enabled: true })).body).toMatchObject({
      enabled: true,
      disabled: null,
    })
    expect(receiver.at('/gone')).toHaveLength(1)
    await Promise.all([remove(gone), remove(other)])
  })

  it('is one of at most fifty, also when many are created at once', async () => {
    const fields = { url: receiver.urlOf('/many'), events: ['webhook.disabled'] }
    const answers = await Promise.all(Array.from({ length: 60 }, () => send('POST', '', fields)))
    expect(answers.every(({ status }) => status === 201 || status === 422)).toBe(true)
    const made = answers.filter(({ status }) => status === 201).map(({ body }) => body as Webhook)
    expect(await api.database.collection('webhooks').countDocuments({ tenant: 'default' })).toBeLessThanOrEqual(50)
    await Promise.all(made.map(remove))
  })

  it('is switched off when nothing arrives until the last attempt', async () => {
    const dead = await newWebhook('/dead', { events: ['task.created'] })
    receiver.answer('/dead', (res) => void res.writeHead(500).end())
    await newTask()
    await until(async () => ((await send('GET', `/${dead.id}`)).body as Webhook).disabled, { what: 'the end of it' })
    const [delivery] = await ended(dead.id)
    expect(delivery).toMatchObject({ state: 'failed', attempts: { made: 3 } })
    receiver.answer('/dead', (res) => void res.writeHead(204).end())
    await send('PATCH', `/${dead.id}`, { enabled: true })
    const resent = await send('POST', `/${dead.id}/resend`, { from: '2020-01-01T00:00:00Z' })
    expect(resent).toMatchObject({ status: 202, body: { resent: 1 } })
    await arrived('/dead', 4)
    expect((await ended(dead.id))[0]).toMatchObject({ id: delivery?.id, state: 'delivered' })
    await remove(dead)
  })

  it('has two secrets while one replaces the other', async () => {
    const webhook = await newWebhook('/secrets')
    const { items } = (await send('POST', `/${webhook.id}/rotate-secret`, {})).body as WebhookSecrets
    expect(items.map(({ secret }) => secret === webhook.secret)).toEqual([false, true])
    await send('POST', `/${webhook.id}/ping`)
    const [both] = await arrived('/secrets', 1)
    for (const { secret } of items) verify(secret, both!)
    const after = (await send('POST', `/${webhook.id}/rotate-secret`, { graceSeconds: 0 })).body as WebhookSecrets
    expect(after.items).toHaveLength(1)
    await send('POST', `/${webhook.id}/ping`)
    const [, last] = await arrived('/secrets', 2)
    expect(() => verify(items[0]!.secret, last!)).toThrow(/signature/)
    verify(after.items[0]!.secret, last!)
    await remove(webhook)
  })

  it('shows its deliveries page by page, each with its payload, and sends one again', async () => {
    const webhook = await newWebhook('/log')
    for (let count = 0; count < 3; count++) await send('POST', `/${webhook.id}/ping`)
    await arrived('/log', 3)
    const first = (await send('GET', `/${webhook.id}/deliveries?limit=2`)).body as DeliveryPage
    const rest = await deliveriesOf(webhook.id, `?limit=2&cursor=${first.nextCursor}`)
    expect(new Set([...first.items, ...rest].map(({ id }) => id)).size).toBe(3)
    const path = `/${webhook.id}/deliveries/${rest[0]!.id}`
    const details = (await send('GET', path)).body as DeliveryDetails
    expect(details.payload).toMatchObject({ eventType: 'webhook.ping', webhookId: webhook.id })
    await ended(webhook.id)
    expect((await send('POST', `${path}/resend`)).status).toBe(202)
    const all = await arrived('/log', 4)
    expect(all[3]?.headers['webhook-id']).toBe(details.messageId)
    await remove(webhook)
  })
})

describe('the URL of a task or batch', () => {
  it('gets the end of the task, signed with the secret of the tenant', async () => {
    const task = await newTask({ callbackUrl: receiver.urlOf('/task') })
    await endAs(api, task, 'completed')
    const [end] = await arrived('/task', 1)
    expect(end?.event).toMatchObject({ eventType: 'task.completed', taskId: task.id })
    const { items } = (await send('GET', '/callbacks/secret')).body as WebhookSecrets
    verify(items[0]!.secret, end!)
    expect(await ended('callbacks', `?taskId=${task.id}`)).toMatchObject([
      { event: 'task.completed', state: 'delivered' },
    ])
    await api.request(`${task.links.self}/retry`, { method: 'POST' })
    await api.request(`${task.links.self}/cancel`, { method: 'POST' })
    await arrived('/task', 2)
    expect(receiver.at('/task').map(({ event }) => event.epoch)).toEqual([1, 2])
  })

  it('gets the ends of the tasks of a batch, and of the batch', async () => {
    const parts = [fieldPart('callbackUrl', receiver.urlOf('/batch')), filePart(photo, 'a.jpg', 'files')]
    const answer = await api.post('/api/v1/batches', parts)
    const { items } = answer.body as { items: { task: Task }[] }
    await endAs(api, items[0]!.task, 'cancelled')
    await arrived('/batch', 2)
    expect(typesAt('/batch').toSorted()).toEqual(['batch.completed', 'task.cancelled'])
  })

  it.each(['http://10.0.0.1/', 'ftp://example.com/', 'http://user:secret@example.com/', 'nothing'])(
    '%s is refused',
    async (url) => {
      const upload = await api.upload(photo, [fieldPart('callbackUrl', url)])
      const created = await send('POST', '', { url })
      const metadata = `callbackUrl ${Buffer.from(url).toString('base64')}`
      const headers = { 'tus-resumable': '1.0.0', 'upload-length': '10', 'upload-metadata': metadata }
      const resumable = await api.request('/api/v1/uploads', { method: 'POST', headers })
      for (const { status, body } of [upload, created, resumable])
        expect({ status, body }).toMatchObject({ status: 422, body: { code: 'INVALID_FIELD' } })
    },
  )
})

it('attempts are counted, and how long deliveries took', async () => {
  const counted = async () => {
    const samples = parseMetrics((await api.request('/metrics')).text)
    const of = (name: string, labels = {}) => sampleOf(samples, name, { channel: 'http', ...labels }) ?? 0
    return {
      delivered: of('darkroom_delivery_attempts_total', { state: 'delivered' }),
      waiting: of('darkroom_delivery_attempts_total', { state: 'waiting' }),
      timed: of('darkroom_delivery_seconds_count'),
    }
  }
  const { delivered, waiting, timed } = await counted()
  receiver.answer('/counted', (res, nth) => res.writeHead(nth === 0 ? 500 : 204).end())
  const webhook = await newWebhook('/counted', { events: ['task.created'] })
  await newTask()
  const after = await until(
    async () => {
      const now = await counted()
      return now.delivered > delivered && now
    },
    { what: 'the delivery to be counted' },
  )
  expect(after).toEqual({ delivered: delivered + 1, waiting: waiting + 1, timed: timed + 1 })
  await remove(webhook)
})

describe('nothing is lost', () => {
  it('when Redis loses everything, and when nobody told an event', async () => {
    const webhook = await newWebhook('/kept', { events: ['task.created'] })
    const task = await newTask()
    await arrived('/kept', 1)
    await ended(webhook.id)
    // As if the process had died right after the write of the event: it is only marked.
    const tasks = api.database.collection('tasks')
    await api.database.collection('deliveries').deleteMany({ webhookId: webhook.id })
    const mark = { $set: { tellDueAt: new Date() }, $unset: { told: 1 } }
    await tasks.updateOne({ jobId: task.jobId }, mark)
    await arrived('/kept', 2)
    // A delivery that is claimed, and whose job is gone with Redis.
    await ended(webhook.id)
    const lost = { state: 'sending', made: 0, claim: 'nobody', nextAt: new Date(Date.now() + 500), endedAt: null }
    await api.database.collection('deliveries').updateOne({ webhookId: webhook.id }, { $set: lost })
    await forgetKeys(api.redis, `${api.names.prefix}:${api.names.deliveries}:*`)
    await arrived('/kept', 3)
    expect(new Set(receiver.at('/kept').map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    await remove(webhook)
  })

  it('of what a process does that has just started', async () => {
    const webhook = await newWebhook('/started', { events: ['task.created'] })
    const { REDIS_NAMESPACE = '', QUEUE_NAME, MONGODB_URL } = api.env
    const shared = { REDIS_NAMESPACE, QUEUE_NAME, MONGODB_URL, DATA_DIR: api.dataDir }
    // It would look for new webhooks in a minute.
    const other = await startTestApi({ ...settings, ...shared, SWEEP_INTERVAL_MS: '60000' })
    expect((await other.upload(photo)).status).toBe(202)
    await arrived('/started', 1)
    await other.stop()
    await remove(webhook)
  })
})
