import { get, type IncomingMessage } from 'node:http'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany, uploadTimes } from '../load.ts'
import { quantile } from '../numbers.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { openSlowClient, uploadStart, type SlowClient } from '../slow-clients.ts'
import { switchQueue } from '../watch.ts'

/**
 * On Linux, loopback has many addresses: this one is the greedy client's, 127.0.0.1 is that of all
 * others.
 */
const GREEDY = '127.0.0.2'
const STALL_MS = 5000
const [TOTAL, PER_ADDRESS, PER_TASK] = [200, 50, 50]
/** More than there are places in total. */
const WANTED = TOTAL + 50
const METADATA_BYTES = 4000

/**
 * One client requests lists that it never reads, and takes every place that there is. Others are
 * served as before.
 */
export const greedyClient: Scenario = {
  name: 'fi-31',
  title: 'one client reads nothing and takes all places',
  profile: 'long',
  alone: true,
  tasks: { quick: 60, long: 200 },
  apis: 1,
  apiEnv: {
    TRUST_PROXY: 'none',
    ANSWER_STALL_MS: String(STALL_MS),
    UPLOAD_STALL_MS: String(STALL_MS),
    EVENT_STREAMS_MAX: String(TOTAL),
    WAITING_REQUESTS_MAX: String(TOTAL),
    FOLLOWERS_PER_ADDRESS: String(PER_ADDRESS),
    UPLOADS_PER_ADDRESS: String(PER_ADDRESS),
    FOLLOWERS_PER_TASK: String(PER_TASK),
  },
  skip: () => (process.platform === 'linux' ? undefined : 'needs a second loopback address, which only Linux has'),
  run: async (rig, tasks) => {
    await switchQueue(rig, 'pause')
    const send = (label: string) =>
      uploadTimes(rig.history, () => uploadMany(rig.client, { count: tasks / 2, atOnce: 2, label }))
    const usual = await send('usual')
    // The newest tasks, so that the silent readers' lists are large: small ones would fit in the
    // system's buffers.
    const followed = await uploadWithMetadata(rig, 100)
    const silent = openSilentReaders(rig, rig.long ? 60 : 15)
    const taken = await takeAllPlaces(rig, followed)
    checkServed(rig, usual, await send('during'))
    await checkOthersMayWait(rig, followed)
    await checkClosed(rig, 'silent readers are closed', silent)
    await checkClosed(rig, 'stalled uploads are closed', taken.uploads)
    for (const answer of taken.answers) answer.destroy()
    await switchQueue(rig, 'resume')
  },
}

/**
 * By the median: the first requests compete with hundreds of others that arrived at the same
 * moment.
 */
function checkServed({ check }: Rig, usual: readonly number[], during: readonly number[]): void {
  const [without, beside] = [quantile(usual, 0.5) ?? 0, quantile(during, 0.5) ?? 0]
  const detail = `p50 ${beside} ms beside the greedy client, ${without} ms without; the slowest ${during.at(-1)} and ${usual.at(-1)} ms`
  check('others are served', beside <= Math.max(2 * without, 500), detail)
}

/** Tasks that wait for the queue, with so much metadata that their list is large. */
async function uploadWithMetadata({ client }: Rig, count: number): Promise<string[]> {
  const metadata = JSON.stringify({ text: 'x'.repeat(METADATA_BYTES) })
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    const id = await client.upload(await pictureOf(index, 'followed'), client.newKey(), { metadata })
    if (id !== undefined) ids.push(id)
  }
  return ids
}

function openSilentReaders(rig: Rig, count: number): SlowClient[] {
  rig.fault('read nothing', `${count} clients`)
  const start = 'GET /api/v1/tasks?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(12)
  // Sending is not progress; and a client that neither reads nor writes would not notice the close.
  const drip = { byte: '\r\n', everyMs: 500 }
  return Array.from({ length: count }, () =>
    openSlowClient({ port: portOf(rig), start, from: GREEDY, reads: false, drip }),
  )
}

interface Taken {
  answers: IncomingMessage[]
  uploads: SlowClient[]
}

/**
 * As many streams, waiting requests and uploads as one client can get, which must only be its own
 * share.
 */
async function takeAllPlaces(rig: Rig, ids: readonly string[]): Promise<Taken> {
  rig.fault('take all places', `${WANTED} of each`)
  const pathOf = (index: number): string => `/api/v1/tasks/${ids[index % ids.length]}`
  const streams = await askForMore(rig, 'event streams', (index) => `${pathOf(index)}/events`)
  const waits = await askForMore(rig, 'waiting requests', (index) => `${pathOf(index)}?wait=30`)
  const { bytes } = await pictureOf(0)
  const start = uploadStart(bytes, Math.min(20_000, bytes.length - 1))
  const uploads = Array.from({ length: WANTED }, () => openSlowClient({ port: portOf(rig), start, from: GREEDY }))
  await checkShare(rig, 'uploads', () => uploads.filter((upload) => isRefusal(upload.received())).length)
  return { answers: [...streams, ...waits], uploads }
}

const isRefusal = (answer: string): boolean => /^HTTP\/1.1 429 [^]*\r\nretry-after: [1-9]/i.test(answer)

async function askForMore(rig: Rig, what: string, pathOf: (index: number) => string): Promise<IncomingMessage[]> {
  const answers: IncomingMessage[] = []
  for (let index = 0; index < WANTED; index++) {
    const path = pathOf(index)
    const headers = path.endsWith('/events') ? { accept: 'text/event-stream' } : {}
    const request = get(
      { host: '127.0.0.1', port: portOf(rig), path, headers, localAddress: GREEDY, agent: false },
      (answer) => {
        answer.on('error', () => {}).resume()
        answers.push(answer)
      },
    )
    request.on('error', () => {})
  }
  await checkShare(
    rig,
    what,
    () => answers.filter(({ statusCode, headers }) => statusCode === 429 && Number(headers['retry-after']) > 0).length,
  )
  return answers
}

async function checkShare({ check }: Rig, what: string, refused: () => number): Promise<void> {
  const tooMany = WANTED - PER_ADDRESS
  await until(() => refused() >= tooMany, { timeoutMs: 10_000, what: `refused ${what}` }).catch(() => {})
  check(
    `${what} of one address`,
    refused() === tooMany,
    `${refused()} of ${WANTED} were told to come later, ${tooMany} expected`,
  )
}

async function checkOthersMayWait({ apiUrls, check }: Rig, ids: readonly string[]): Promise<void> {
  const url = `${apiUrls[0]}/api/v1/tasks/${ids.at(-1)}`
  const leaving = new AbortController()
  const stream = await fetch(`${url}/events`, { headers: { accept: 'text/event-stream' }, signal: leaving.signal })
  const wait = await fetch(`${url}?wait=1`)
  check(
    'others may follow and wait',
    stream.status === 200 && wait.status === 200,
    `answered ${stream.status} and ${wait.status}`,
  )
  leaving.abort()
}

async function checkClosed({ check }: Rig, what: string, clients: readonly SlowClient[]): Promise<void> {
  const allowedMs = STALL_MS + 5000
  const startedAt = Date.now()
  const open = (): number => clients.filter((client) => client.closedAfterMs() === undefined).length
  await until(() => open() === 0, { timeoutMs: allowedMs, what }).catch(() => {})
  check(
    what,
    open() === 0,
    `${open()} of ${clients.length} still open after ${Date.now() - startedAt} ms, ${allowedMs} ms allowed`,
  )
  for (const client of clients) client.destroy()
}

const portOf = ({ apiUrls }: Rig): number => Number(new URL(apiUrls[0] ?? '').port)
