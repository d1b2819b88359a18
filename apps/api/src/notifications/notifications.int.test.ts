import type { AddressInfo } from 'node:net'
import type { Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endAs } from '../../test/end-task.ts'
import { fieldPart, filePart } from '../../test/multipart.ts'
import { startReceiver, type Receiver } from '../../test/receiver.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'

interface Mail {
  to: string[]
  text: string
}

const mails: Mail[] = []
/** How often an address is still refused for a while, before its mail is accepted. */
const refusals = new Map<string, number>()
let server: SMTPServer
let gateway: Receiver
let api: TestApi
let photo: Buffer

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: ({ address }, _session, callback) => {
      const left = refusals.get(address) ?? 0
      refusals.set(address, left - 1)
      if (left <= 0) return callback()
      callback(Object.assign(new Error('try again later'), { responseCode: 450 }))
    },
    onData: (stream, { envelope }, callback) => {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(pieces).toString() })
        callback()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  gateway = await startReceiver()
  api = await startTestApi({
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    PUBLIC_URL: 'https://photos.example.com/',
    MAIL_FROM: 'Darkroom <photos@example.com>',
    SMS_URL: gateway.urlOf('/sms'),
    SMS_AUTHORIZATION: 'Bearer of-the-gateway',
    ALLOW_PRIVATE_ADDRESSES: '127.0.0.1',
    SWEEP_INTERVAL_MS: '200',
  })
  photo = await sampleJpeg({ width: 64, height: 48, seed: 1 })
})
afterAll(async () => {
  await api.stop()
  await gateway.stop()
  await new Promise<void>((resolve) => server.close(resolve))
})

const upload = async (name: string, notify: object): Promise<Task> => {
  const answer = await api.upload(photo, [fieldPart('name', name), fieldPart('notify', JSON.stringify(notify))])
  expect(answer.status).toBe(202)
  return answer.body as Task
}
const mailsTo = (address: string): Mail[] => mails.filter(({ to }) => to.includes(address))
const mailTo = (address: string, count = 1): Promise<Mail[]> =>
  until(() => mailsTo(address).length >= count && mailsTo(address), { what: `mail to ${address}`, timeoutMs: 20_000 })

it.each([
  ['en', 'beach.jpg is ready', /^Id: [0-9a-f]{24}/m],
  ['es', '=?UTF-8?Q?beach=2Ejpg_est=C3=A1_listo?=', /^Identificador: [0-9a-f]{24}/m],
])('a person gets one e-mail at the end, in the language %s [S4.16]', async (language, subject, line) => {
  const address = `ana.${language}@example.com`
  const task = await upload('beach.jpg', { email: address, language })
  await endAs(api, task, 'completed')
  const [mail] = await mailTo(address)
  expect(mail?.text).toContain('From: Darkroom <photos@example.com>')
  expect(mail?.text).toContain(`Subject: ${subject}`)
  expect(mail?.text).toContain(`Message-ID: <end_${task.id}_1@example.com>`)
  expect(mail?.text).toContain('Auto-Submitted: auto-generated')
  expect(mail?.text).toMatch(line)
  // Long lines are folded.
  expect(mail?.text.replaceAll('=\r\n', '')).toContain(`https://photos.example.com/tasks/${task.id}`)
})

it('a restart is quiet unless a message is asked for, and no end has two', async () => {
  const address = 'quiet@example.com'
  const task = await upload('a.jpg', { email: address })
  await endAs(api, task, 'cancelled')
  await mailTo(address)
  for (const query of ['', '?notify=true']) {
    expect((await api.request(`${task.links.self}/retry${query}`, { method: 'POST' })).status).toBe(202)
    await endAs(api, task, 'cancelled')
  }
  expect(await mailTo(address, 2)).toHaveLength(2)
  expect(mailsTo(address)[1]?.text).toContain(`Message-ID: <end_${task.id}_3@example.com>`)
  // Told again, as if its process had died before it removed the mark.
  const mark = { $set: { tellDueAt: new Date() }, $unset: { told: 1 } }
  await api.database.collection('tasks').updateOne({ jobId: task.jobId }, mark)
  const isTold = async () => !(await api.database.collection('tasks').findOne({ jobId: task.jobId }))?.['tellDueAt']
  await until(isTold, { what: 'the mark to be gone' })
  expect(mailsTo(address)).toHaveLength(2)
})

it('an attempt whose process died is not repeated', async () => {
  const address = 'doubt@example.com'
  refusals.set(address, 1)
  const task = await upload('a.jpg', { email: address })
  await endAs(api, task, 'cancelled')
  const deliveries = api.database.collection('deliveries')
  const record = () => deliveries.findOne({ taskId: task.id, to: address })
  await until(async () => (await record())?.['tries'].length === 1, { what: 'a failed attempt' })
  // As if the second attempt had begun, and nobody had recorded its end.
  await deliveries.updateOne({ taskId: task.id }, { $set: { made: 2, nextAt: new Date() } })
  const ended = await until(async () => {
    const found = await record()
    return found?.['state'] === 'failed' && found
  })
  expect(ended['tries']).toMatchObject([
    { status: 450 },
    { status: null, error: expect.stringMatching(/may have arrived/) },
  ])
  expect(mailsTo(address)).toEqual([])
})

it('a text message is an HTTP call, once for a batch of many', async () => {
  const parts = [
    fieldPart('notify', JSON.stringify({ sms: '+34600123456', language: 'es' })),
    ...['a.jpg', 'b.jpg'].map((name) => filePart(photo, name, 'files')),
  ]
  const { body } = await api.post('/api/v1/batches', parts)
  for (const { task } of (body as { items: { task: Task }[] }).items) await endAs(api, task, 'cancelled')
  const [message] = await until(() => gateway.at('/sms').length > 0 && gateway.at('/sms'), { what: 'a text message' })
  expect(JSON.parse(message!.text)).toEqual({ to: '+34600123456', text: 'Se han procesado sus 2 archivos' })
  expect(message?.headers).toMatchObject({
    authorization: 'Bearer of-the-gateway',
    'content-type': 'application/json',
  })
  expect(gateway.at('/sms')).toHaveLength(1)
})

it.each([
  ['no address', { email: 'nobody' }],
  ['no number', { sms: '600123456' }],
  ['neither', {}],
  ['an unknown language', { email: 'ana@example.com', language: 'xx' }],
])('%s is refused', async (_what, notify) => {
  const answer = await api.upload(photo, [fieldPart('notify', JSON.stringify(notify))])
  expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_FIELD' } })
})

it('an installation without a mail server says so', async () => {
  const other = await startTestApi()
  const answer = await other.upload(photo, [fieldPart('notify', '{"email":"ana@example.com"}')])
  await other.stop()
  expect(answer).toMatchObject({
    status: 422,
    body: { code: 'INVALID_FIELD', detail: expect.stringMatching(/no e-mail/) },
  })
})
