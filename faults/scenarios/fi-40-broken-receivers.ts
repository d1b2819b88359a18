import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded } from '../watch.ts'

const DONE_MS = 60_000
/** A delivery whose job was lost is repeated a minute after it was claimed. */
const DELIVERED_MS = { quick: 120_000, long: 300_000 }
const DOWN_MS = 3000
const ENTRY_EVENTS = new Set(['task.created', 'task.processing', 'task.retry', 'task.completed', 'task.failed'])

/**
 * A webhook whose receiver fails, hangs, redirects, breaks off and disappears, while Redis is
 * flushed and APIs are killed. Every event must arrive, and those of a task in their order.
 */
export const brokenReceivers: Scenario = {
  name: 'fi-40',
  title: 'the receiver of webhooks fails in every way, Redis is flushed, APIs are killed',
  profile: 'long',
  tasks: { quick: 30, long: 340 },
  workers: 2,
  apiEnv: {
    ALLOW_PRIVATE_ADDRESSES: '127.0.0.1',
    // What a killed API leaves of uploads is removed when no request can be that old.
    ...{ REQUEST_TIMEOUT_MS: '10000', UPLOAD_TIMEOUT_MS: '10000', HEADERS_TIMEOUT_MS: '5000' },
    WEBHOOK_RETRY_SECONDS: Array.from({ length: 20 }, () => 2).join(','),
  },
  run: async (rig, tasks) => {
    const receiver = await startBrokenReceiver(rig)
    try {
      await createWebhook(rig, receiver.url)
      const uploading = uploadMany(rig.client, { count: tasks, overMs: tasks * 40, widthPx: 200, label: 'told' })
      await disturb(rig, receiver)
      const accepted = await uploading
      await checkEnded(rig, 'done', accepted, DONE_MS)
      await checkDeliveries(rig, receiver)
    } finally {
      await receiver.stop()
    }
  },
}

async function disturb(rig: Rig, receiver: BrokenReceiver): Promise<void> {
  for (const api of rig.apis) {
    await pause(1500 + rig.random() * 1000)
    rig.fault('kill -9', api.name)
    api.kill()
    await pause(1500)
    rig.fault('FLUSHALL', 'redis')
    await rig.redis.flushall()
  }
  rig.fault('gone', 'receiver', `for ${DOWN_MS} ms`)
  await receiver.disappear()
  await pause(DOWN_MS)
  await receiver.comeBack()
  await rig.allReady()
}

/** Every event that a task's log contains was accepted by the receiver, in the order of the log. */
async function checkDeliveries(rig: Rig, receiver: BrokenReceiver): Promise<void> {
  const documents = await rig.db
    .collection('tasks')
    .find({}, { projection: { log: 1 } })
    .toArray()
  const expected = documents.flatMap(({ _id, log }) =>
    (log as { type: string; epoch: number; seq: number }[])
      .filter(({ type }) => ENTRY_EVENTS.has(type))
      .map(({ epoch, seq }) => `msg_${_id.toHexString()}_${epoch}_${seq}`),
  )
  const missing = (): string[] => expected.filter((id) => !receiver.accepted.has(id))
  await until(() => missing().length === 0, {
    timeoutMs: rig.long ? DELIVERED_MS.long : DELIVERED_MS.quick,
    intervalMs: 200,
    what: 'every event',
  }).catch(() => {})
  const { requests, accepted } = receiver
  const first = missing()[0] ?? 'none'
  const { length: lost } = missing()
  rig.check(
    'no event is lost',
    lost === 0,
    `${expected.length} events, ${lost} missing (${first}), ${requests()} requests`,
  )
  const byTask = Map.groupBy([...accepted.values()], ({ taskId }) => taskId)
  const disordered = [...byTask.values()].filter((events) =>
    events.slice(1).some((event, index) => !isBefore(events[index], event)),
  )
  rig.check('none is out of order', disordered.length === 0, `${byTask.size} tasks, ${disordered.length} out of order`)
  const faults = [...receiver.faults].map(([fault, count]) => `${count} ${fault}`).join(', ')
  rig.check('the receiver failed in every way', receiver.faults.size === FAULTS.length, faults)
}

interface Accepted {
  taskId: string
  epoch: number
  seq: number
}
const isBefore = (a: Accepted | undefined, b: Accepted): boolean =>
  a !== undefined && (a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq))

type BrokenReceiver = Awaited<ReturnType<typeof startBrokenReceiver>>

const FAULTS = ['500', '503', '302', 'break', 'hang'] as const

async function startBrokenReceiver(rig: Rig) {
  /** By the id of the message, in the order of their first acceptance. */
  const accepted = new Map<string, Accepted>()
  const faults = new Map<string, number>()
  let requests = 0
  const respond = (res: ServerResponse, id: string, event: Accepted): void => {
    // Half of the requests fail. Few hang: each costs fifteen seconds.
    const usual = rig.random() < 0.5 ? FAULTS[Math.floor(rig.random() * 4)] : undefined
    const fault = requests % 60 === 10 ? 'hang' : usual
    if (fault === undefined) {
      if (!accepted.has(id)) accepted.set(id, event)
      res.writeHead(204).end()
      return
    }
    faults.set(fault, (faults.get(fault) ?? 0) + 1)
    if (fault === 'hang') return
    if (fault === 'break') res.destroy()
    else if (fault === '302') res.writeHead(302, { location: '/elsewhere' }).end()
    else res.writeHead(Number(fault), fault === '503' ? { 'retry-after': '1' } : {}).end('not now')
  }
  const open = (at: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((req, res) => {
        requests++
        const pieces: Buffer[] = []
        req.on('data', (piece: Buffer) => pieces.push(piece))
        req.on('end', () =>
          respond(res, String(req.headers['webhook-id']), JSON.parse(Buffer.concat(pieces).toString()) as Accepted),
        )
      }).listen(at, '127.0.0.1', () => resolve(server))
    })
  let server = await open(0)
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    ...{ accepted, faults, requests: () => requests },
    url: `http://127.0.0.1:${port}/hook`,
    disappear: close,
    comeBack: async (): Promise<void> => void (server = await open(port)),
    stop: close,
  }
}

async function createWebhook(rig: Rig, url: string): Promise<void> {
  const answer = await fetch(`${rig.apiUrls[0]}/api/v1/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  })
  if (answer.status !== 201) throw new Error(`The webhook was not created: ${answer.status}`)
  // By then every API process knows it.
  await pause(5000)
}
