import { until } from '@darkroom/testing'

export interface HeardEvent {
  id: string | undefined
  event: string
  data: Record<string, unknown>
}

export type EventStream = Awaited<ReturnType<typeof openEventStream>>

/** A client of a stream of server-sent events, which records everything it receives. */
export async function openEventStream(url: string, headers: Record<string, string> = {}) {
  const leaving = new AbortController()
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: leaving.signal })
  const heard: HeardEvent[] = []
  const comments: string[] = []
  let isOver = false
  const reading = read(response, heard, comments)
    .catch(() => {})
    .finally(() => (isOver = true))
  return {
    status: response.status,
    headers: response.headers,
    heard,
    comments,
    types: () => heard.map(({ event }) => event),
    ids: () => heard.flatMap(({ id }) => (id === undefined ? [] : [id])),
    isOver: () => isOver,
    hears: (event: string) => until(() => heard.find((one) => one.event === event), { what: `${event} on the stream` }),
    end: () => until(() => isOver, { what: 'the end of the stream' }),
    leave: async () => {
      leaving.abort()
      await reading
    },
  }
}

async function read(response: Response, heard: HeardEvent[], comments: string[]): Promise<void> {
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = parse(block)
      if (event) heard.push(event)
      else comments.push(block)
    }
  }
}

function parse(block: string): HeardEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const event = fields.get('event')
  return event === undefined
    ? undefined
    : { id: fields.get('id'), event, data: JSON.parse(fields.get('data') ?? 'null') }
}
