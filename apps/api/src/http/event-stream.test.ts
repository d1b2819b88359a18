import { Writable } from 'node:stream'
import { until } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { writeEvents, type ServerSentEvent } from './event-stream.ts'

const HEARTBEAT_MS = 1_000_000

/** What a client would see; one that is slow takes nothing after the first piece. */
function client({ slow = false } = {}): { to: Writable; received: () => string } {
  const pieces: string[] = []
  const to = new Writable({
    highWaterMark: 64,
    write(chunk: Buffer, _encoding, done) {
      pieces.push(chunk.toString())
      if (!slow || pieces.length === 1) setImmediate(done)
    },
  })
  return { to, received: () => pieces.join('') }
}

async function* events(count: number, asked: { count: number } = { count: 0 }): AsyncGenerator<ServerSentEvent> {
  for (let index = 1; index <= count; index++) {
    asked.count = index
    yield { id: `1.${index}`, event: 'task.progress', data: { text: 'two\nlines' } }
  }
}

it('writes each event in its form, and ends with the last', async () => {
  const { to, received } = client()
  await writeEvents(to, events(2), HEARTBEAT_MS)
  expect(to.writableEnded).toBe(true)
  const event = (index: number) => `id: 1.${index}\nevent: task.progress\ndata: {"text":"two\\nlines"}\n\n`
  expect(received()).toBe(`retry: 2000\n\n${event(1)}${event(2)}`)
})

it('stops producing events for a client that does not read, and ends when it is disconnected', async () => {
  const { to } = client({ slow: true })
  const asked = { count: 0 }
  const written = writeEvents(to, events(1000, asked), HEARTBEAT_MS)
  await until(() => to.writableNeedDrain && asked.count > 0, { what: 'a full stream' })
  to.destroy()
  await written
  expect(asked.count).toBeLessThan(5)
})

it('an error in the middle aborts the stream', async () => {
  const { to } = client()
  async function* failing(): AsyncGenerator<ServerSentEvent> {
    yield* events(1)
    throw new Error('store away')
  }
  await expect(writeEvents(to, failing(), HEARTBEAT_MS)).rejects.toThrow('store away')
  expect([to.destroyed, to.writableEnded]).toEqual([true, false])
})
