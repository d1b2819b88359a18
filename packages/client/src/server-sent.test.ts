import { expect, it } from 'vitest'
import { readServerSent } from './server-sent.ts'

const streamOf = (...chunks: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull: (controller) => {
      const chunk = chunks.shift()
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
  })

it('reads events however their bytes are split, and ignores comments', async () => {
  const text = 'retry: 2000\n\n: heartbeat\n\nid: 1.1\nevent: task.created\ndata: {"name":"é"}\n\nid: 1.2\ndata: {}\n\n'
  const expected = [
    { id: '1.1', data: '{"name":"é"}' },
    { id: '1.2', data: '{}' },
  ]
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at++)
    expect(await Array.fromAsync(readServerSent(streamOf(bytes.subarray(0, at), bytes.subarray(at))))).toEqual(expected)
})

it('ends with the connection, without an event that was cut off', async () => {
  const chunks = [Buffer.from('id: 1.1\ndata: {}\n\nid: 1.2\ndata: {"cut')]
  const lost = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks.shift()
      if (chunk) controller.enqueue(chunk)
      else controller.error(new TypeError('terminated'))
    },
  })
  expect(await Array.fromAsync(readServerSent(lost))).toEqual([{ id: '1.1', data: '{}' }])
})
