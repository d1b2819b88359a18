import type { AnyTaskEvent } from '@darkroom/contracts'

/** Gets every event; `undefined` means that some may have been missed. */
type Listener = (event: AnyTaskEvent | undefined) => void

export interface TaskEvents {
  /** Returns a function that ends it. */
  subscribe: (listener: Listener) => () => void
}

const TYPES: readonly AnyTaskEvent['event']['type'][] = [
  'task.created',
  'task.processing',
  'task.progress',
  'task.retry',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.expired',
]
/** A refused stream is not opened again by the browser. */
const AGAIN_MS = 10_000

/**
 * The events of all tasks, from one stream that the whole page shares: a browser opens only six
 * connections to a server. It is open while somebody listens.
 */
export function createTaskEvents(): TaskEvents {
  const listeners = new Set<Listener>()
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined

  const tell = (event: AnyTaskEvent | undefined): void => {
    for (const listener of listeners) listener(event)
  }
  const open = (): void => {
    source = new EventSource('/api/v1/events')
    for (const type of TYPES)
      source.addEventListener(type, ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as AnyTaskEvent))
    source.addEventListener('missed', () => tell(undefined))
    // Whatever happened before it was open is unknown here.
    source.addEventListener('open', () => tell(undefined))
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS)
    })
  }
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      if (listeners.size === 1) open()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        source?.close()
        clearTimeout(again)
      }
    },
  }
}
