import { pause } from './retry.ts'

const RECONNECT_MS = 2000
/** A server sends a comment every few seconds: without one for this long, the connection is dead. */
const SILENCE_MS = 60_000

interface ServerSent {
  id: string
  data: string
}

/** The events of a stream until it ends, or its connection is lost. */
export async function* readServerSent(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerSent> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { value, done } = await withinSilence(reader.read())
      if (done) return
      const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks)
        if (fieldOf(block, 'data')) yield { id: fieldOf(block, 'id'), data: fieldOf(block, 'data') }
    }
  } finally {
    // Also ends the connection.
    void reader.cancel().catch(() => {})
  }
}

const fieldOf = (block: string, name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''

type Read = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>

async function withinSilence(read: Promise<Read>): Promise<Read> {
  const ended = { value: undefined, done: true } as const
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<Read>((resolve) => (timer = setTimeout(() => resolve(ended), SILENCE_MS)))
  try {
    return await Promise.race([read.catch(() => ended), silence])
  } finally {
    clearTimeout(timer)
  }
}

interface Connected {
  data?: ReadableStream<Uint8Array> | null
  response: Response
}

/**
 * The events of a stream, which is connected again after its last event whenever it ends, until
 * there are no more (204).
 */
export async function* resumed<Event>(
  connect: (last: string | undefined) => Promise<Connected>,
  signal: AbortSignal | null,
): AsyncGenerator<Event> {
  for (let last: string | undefined; ;) {
    const { data, response } = await connect(last)
    if (response.status === 204 || !data) return
    let received = 0
    for await (const event of readServerSent(data)) {
      last = event.id
      received++
      yield JSON.parse(event.data) as Event
    }
    signal?.throwIfAborted()
    if (received === 0) await pause(RECONNECT_MS, signal)
  }
}
