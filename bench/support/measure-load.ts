import { cpuMsByName } from './cpu-time.ts'

export interface LoadMeasure {
  photosPerSecond: number
  /** CPU time of all working processes, in ms. */
  cpuMsPerPhoto: Record<string, number>
}

/** Speed and CPU time of some photos. `work` returns how long they took, in ms. */
export async function measureLoad(
  files: readonly string[],
  trees: Record<string, number | undefined>,
  work: () => Promise<number>,
): Promise<LoadMeasure> {
  const before = cpuMsByName(trees)
  const tookMs = await work()
  const perPhoto = Object.entries(cpuMsByName(trees)).map(([name, ms]) => [
    name,
    (ms - (before[name] ?? 0)) / files.length,
  ])
  return {
    photosPerSecond: (files.length * 1000) / tookMs,
    cpuMsPerPhoto: Object.fromEntries(perPhoto) as Record<string, number>,
  }
}

/** The client's CPU time is not the service's, but it is taken from the same cores. */
export function toLoadText(name: string, { photosPerSecond, cpuMsPerPhoto }: LoadMeasure): string {
  const parts = Object.entries(cpuMsPerPhoto)
  const own = parts.filter(([part]) => part !== 'client').reduce((sum, [, ms]) => sum + ms, 0)
  const each = parts.map(([part, ms]) => `${part} ${ms.toFixed(0)}`).join(', ')
  return `${name} ${photosPerSecond.toFixed(1)}/s, ${own.toFixed(0)} CPU ms each (${each})`
}
