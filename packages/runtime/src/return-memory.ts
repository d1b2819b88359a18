import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Logger } from './logger.ts'

const LOOK_MS = 1000
/** Of a core: below this, a pause of some 30 ms goes unnoticed. */
const RESTING_SHARE = 0.2
/** Looks at rest in a row before memory is returned, since the next burst would need it again. */
const RESTING_LOOKS = 3
/** Growth during a rest that is worth another collection. */
const WORTH_BYTES = 20 * 1024 ** 2

/**
 * The last resort is the only flavor that also returns memory. Synchronous, because at rest an
 * asynchronous collection waits for the next work.
 */
const THOROUGHLY = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const

type Collect = (options: typeof THOROUGHLY) => void

/**
 * Returns memory to the system once a burst is over. V8 only does so by itself in a process that
 * does nothing at all, which one with timers and connections never does. Its
 * `--memory-saver-mode` would, too, but makes JavaScript half as fast.
 * @returns stops it
 */
export function returnMemoryAtRest(log: Logger, lookMs = LOOK_MS): () => void {
  const collect = exposeCollector()
  let cpu = process.cpuUsage()
  let lookedAt = performance.now()
  let looksAtRest = 0
  let keptBytes = 0
  const look = (): void => {
    const { user, system } = process.cpuUsage(cpu)
    const share = (user + system) / 1000 / (performance.now() - lookedAt)
    cpu = process.cpuUsage()
    lookedAt = performance.now()
    looksAtRest = share < RESTING_SHARE ? looksAtRest + 1 : 0
    const beforeBytes = process.memoryUsage.rss()
    const isWorthIt = looksAtRest === RESTING_LOOKS || beforeBytes > keptBytes + WORTH_BYTES
    if (looksAtRest < RESTING_LOOKS || !isWorthIt) return
    collect(THOROUGHLY)
    keptBytes = process.memoryUsage.rss()
    log.debug({ beforeBytes, afterBytes: keptBytes }, 'memory returned')
  }
  const timer = setInterval(look, lookMs).unref()
  return () => clearInterval(timer)
}

/** V8's collector, which only exists for code that starts after its flag is set. */
function exposeCollector(): Collect {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as Collect
  setFlagsFromString('--no-expose-gc')
  return collect
}
