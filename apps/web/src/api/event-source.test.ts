import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createTaskEvents } from './event-source.ts'

/** A stream as a browser opens it. */
class Stream extends EventTarget {
  static readonly CLOSED = 2
  readonly url: string
  isOpen = true

  constructor(url: string) {
    super()
    this.url = url
    streams.push(this)
  }
  close(): void {
    this.isOpen = false
  }
  send(type: string, lastEventId: string): void {
    const data = JSON.stringify({ taskId: 't1', event: { type } })
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId }))
  }
}

let streams: Stream[]
let page: EventTarget & { visibilityState?: string }

beforeEach(() => {
  streams = []
  page = new EventTarget()
  vi.stubGlobal('EventSource', Stream)
  vi.stubGlobal('document', page)
  show('visible')
})
afterEach(() => vi.unstubAllGlobals())

function show(state: 'visible' | 'hidden'): void {
  page.visibilityState = state
  page.dispatchEvent(new Event('visibilitychange'))
}
const open = (): string[] => streams.filter(({ isOpen }) => isOpen).map(({ url }) => url)

it('is open while there are listeners and the page is visible', () => {
  const events = createTaskEvents()
  expect(open()).toEqual([])
  const end = events.subscribe(() => {})
  expect(open()).toEqual(['/api/v1/events'])
  show('hidden')
  expect(open()).toEqual([])
  show('visible')
  expect(open()).toEqual(['/api/v1/events'])
  end()
  expect(open()).toEqual([])
  show('hidden')
  show('visible')
  expect(open()).toEqual([])
})

it('waits with its first stream until the page is visible', () => {
  show('hidden')
  createTaskEvents().subscribe(() => {})
  expect(open()).toEqual([])
  show('visible')
  expect(open()).toEqual(['/api/v1/events'])
})

it('continues after the last event, and reads again only what it may have missed', () => {
  const heard: (string | undefined)[] = []
  const end = createTaskEvents().subscribe((event) => heard.push(event?.event.type))
  streams[0]?.dispatchEvent(new Event('open'))
  streams[0]?.send('task.created', 'p-7')
  expect(heard).toEqual([undefined, 'task.created'])
  show('hidden')
  show('visible')
  expect(open()).toEqual(['/api/v1/events?after=p-7'])
  streams[1]?.dispatchEvent(new Event('open'))
  expect(heard).toHaveLength(2)
  streams[1]?.send('missed', 'q-1')
  expect(heard).toEqual([undefined, 'task.created', undefined])
  end()
})
