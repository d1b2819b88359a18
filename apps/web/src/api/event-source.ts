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
 * The events of all tasks, from one stream that the whole page shares. It is open while there are
 * listeners and the page is visible: a browser opens only six connections to a server, for all of
 * its tabs.
 */
export function createTaskEvents(): TaskEvents {
  const listeners = new Set<Listener>()
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  /** The id of the last event, which a stream is resumed after. */
  let last = ''

  const tell = (event: AnyTaskEvent | undefined): void => {
    for (const listener of listeners) listener(event)
  }
  const open = (): void => {
    const after = last
    source = new EventSource(`/api/v1/events${after === '' ? '' : `?${new URLSearchParams({ after })}`}`)
    for (const type of TYPES)
      source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
        last = lastEventId
        tell(JSON.parse(data) as AnyTaskEvent)
      })
    source.addEventListener('missed', ({ lastEventId }: MessageEvent) => {
      last = lastEventId
      tell(undefined)
    })
    // Whatever happened before the first stream was open is unknown here.
    source.addEventListener('open', () => last === '' && tell(undefined))
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS)
    })
  }
  const close = (): void => {
    source?.close()
    source = undefined
    clearTimeout(again)
  }
  const openOrClose = (): void => {
    close()
    if (listeners.size > 0 && document.visibilityState === 'visible') open()
  }
  document.addEventListener('visibilitychange', openOrClose)
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      if (listeners.size === 1) openOrClose()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        close()
        last = ''
      }
    },
  }
}
