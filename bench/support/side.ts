import { cpuMsByName } from './cpu-time.ts'

/** One side of a comparison: its throughput per second, and the cost of each unit. */
export interface Side {
  perSecond: number
  /** CPU time of all working processes, in ms. */
  cpuMsEach: Record<string, number>
}

/**
 * Measures the CPU time of some processes and their descendants during a given number of
 * operations.
 */
export async function measureSide(
  pids: Record<string, number | undefined>,
  work: () => Promise<{ perSecond: number; count: number }>,
): Promise<Side> {
  const before = cpuMsByName(pids)
  const { perSecond, count } = await work()
  return {
    perSecond,
    cpuMsEach: Object.fromEntries(
      Object.entries(cpuMsByName(pids)).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / count]),
    ),
  }
}

/**
 * "service 203/s, 4.2 CPU ms each (api 3.9, redis 0.1), bare …". The client uses the same cores,
 * but its time does not count.
 */
export function describeSides(sides: Record<string, Side>): string {
  const one = ([name, { perSecond, cpuMsEach }]: [string, Side]): string => {
    const own = Object.entries(cpuMsEach).filter(([part]) => part !== 'client')
    const sum = own.reduce((total, [, ms]) => total + ms, 0)
    const parts = Object.entries(cpuMsEach).map(([part, ms]) => `${part} ${ms.toPrecision(2)}`)
    return `${name} ${perSecond.toPrecision(4)}/s, ${sum.toPrecision(2)} CPU ms each (${parts.join(', ')})`
  }
  return Object.entries(sides).map(one).join('; ')
}
