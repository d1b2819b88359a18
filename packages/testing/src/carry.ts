import type { Socket } from 'node:net'

/** The properties of a slow network. */
export interface Pace {
  delayMs: number
  bytesPerSecond: number
}

export interface Direction {
  from: Socket
  to: Socket
  /** Evaluated for each chunk when it arrives. */
  pace: Readonly<Pace>
  /** Called for each chunk when it is due. */
  isLost: () => boolean
}

/**
 * Forwards one direction of a connection. Pending chunks are sent in order, even if the speed has
 * changed by then.
 */
export function carry({ from, to, pace, isLost }: Direction): void {
  const waiting: { chunk: Buffer; at: number }[] = []
  let freeAt = 0
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const deliver = (): void => {
    timer = undefined
    for (let next = waiting[0]; next && next.at <= Date.now(); next = waiting[0]) {
      waiting.shift()
      if (!isLost() && to.writable) to.write(next.chunk)
    }
    if (waiting[0]) timer = setTimeout(deliver, waiting[0].at - Date.now())
    else if (ended) to.end()
  }
  from.on('data', (chunk: Buffer) => {
    freeAt = Math.max(freeAt, Date.now() + pace.delayMs) + (chunk.length / pace.bytesPerSecond) * 1000
    waiting.push({ chunk, at: freeAt })
    if (timer === undefined) deliver()
  })
  // Pending chunks arrive before the end does.
  from.on('end', () => {
    ended = true
    if (waiting.length === 0) to.end()
  })
  from.on('error', () => to.destroy())
  from.on('close', () => waiting.length === 0 && to.destroySoon())
  to.on('close', () => clearTimeout(timer))
}
