import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { until } from '@darkroom/testing'
import { Redis } from 'ioredis'

/**
 * How often each command was sent, by its name; that of a message in JSON with the kind of event.
 */
export type Counts = Record<string, number>

export interface CommandCounter {
  /** What was sent since the last time that this was asked. */
  take: () => Promise<Counts>
  stop: () => void
}

/**
 * Commands that wait for something. How many there are depends on the clock and on how many things
 * come at once, not on what is done: a client always has one under way.
 */
export const BLOCKING = ['bzpopmin', 'xread']

/**
 * Counts what clients send to a Redis, with MONITOR; not what scripts do inside of it. Nobody else
 * may use it meanwhile.
 */
export async function countRedis(url: string): Promise<CommandCounter> {
  const { hostname, port } = new URL(url)
  const own = new Redis(url, { maxRetriesPerRequest: null })
  const monitor = connect({ host: hostname, port: Number(port) })
  let counts: Counts = {}
  const marks = new Set<string>()
  createInterface({ input: monitor }).on('line', (line) => {
    const [, source, command = '', argument = ''] = /^\+\S+ \[\d+ (\S+)\] "(\w+)"(?: "([^"]*)")?/.exec(line) ?? []
    const name = command.toLowerCase()
    if (source === undefined || source === 'lua') return
    if (name === 'echo') marks.add(argument)
    else count(counts, name === 'publish' ? `publish ${eventIn(line)}` : name)
  })
  monitor.write('MONITOR\r\n')
  await once(monitor, 'data')
  return {
    take: async () => {
      const mark = randomUUID()
      await own.echo(mark)
      await until(() => marks.has(mark), { what: 'MONITOR to tell what was sent', intervalMs: 5 })
      const taken = counts
      counts = {}
      return taken
    },
    stop: () => {
      monitor.destroy()
      own.disconnect()
    },
  }
}

export function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

export const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, one) => sum + one, 0)

/** As MONITOR shows it: with its quotes escaped. */
const eventIn = (line: string): string => /\\"eventType\\":\\"([\w.]+)/.exec(line)?.[1] ?? 'something'
