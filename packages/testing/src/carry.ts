import type { Socket } from 'node:net'

/** How slow a network is. */
export interface Pace {
  delayMs: number
  bytesPerSecond: number
}

export interface Direction {
  from: Socket
  to: Socket
  /** Looked at for each chunk, when it comes. */
  pace: Readonly<Pace>
  /** Asked for each chunk, when it is due. */
  isLost: () => boolean
}

/**
 * Carries one direction of a connection. What waits goes out in its order, whatever the pace is by
 * then.
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
  // What is still on its way arrives before the end does.
  from.on('end', () => {
    ended = true
    if (waiting.length === 0) to.end()
  })
  from.on('error', () => to.destroy())
  from.on('close', () => waiting.length === 0 && to.destroySoon())
  to.on('close', () => clearTimeout(timer))
}
