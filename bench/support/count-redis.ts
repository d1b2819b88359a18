import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { until } from '@darkroom/testing'
import { Redis } from 'ioredis'

/** How often each command was sent, by name; JSON messages also with the type of event. */
export type Counts = Record<string, number>

export interface CommandCounter {
  /** Commands sent since the last call. */
  take: () => Promise<Counts>
  stop: () => void
}

/**
 * Blocking commands. Their number depends on the clock and on concurrency, not on the work: a
 * client always has one pending.
 */
export const BLOCKING = ['bzpopmin', 'xread']

/**
 * Counts the commands that clients send to a Redis, with MONITOR; not those inside scripts. Nothing
 * else may use it at the same time.
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
      await until(() => marks.has(mark), { what: 'MONITOR to report the commands', intervalMs: 5 })
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

/** As shown by MONITOR: with its quotes escaped. */
const eventIn = (line: string): string => /\\"eventType\\":\\"([\w.]+)/.exec(line)?.[1] ?? 'something'
