import type { Scenario } from '../scenario.ts'
import { killWorkers } from './fi-01-kill-workers.ts'
import { crashBeforeDispatch } from './fi-05-crash-before-dispatch.ts'
import { redisAway } from './fi-06-redis-away.ts'
import { redisLosesEverything } from './fi-07-redis-loses-everything.ts'
import { redisCrashes } from './fi-08-redis-crashes.ts'
import { frozenWorker } from './fi-10-frozen-worker.ts'
import { crashWhileWriting } from './fi-11-crash-while-writing.ts'
import { diskFull } from './fi-12-disk-full.ts'
import { poison } from './fi-13-poison.ts'
import { eventsLost } from './fi-14-events-lost.ts'
import { eventsShuffled } from './fi-15-events-shuffled.ts'
import { staleReads } from './fi-17-stale-reads.ts'
import { rollingRestart } from './fi-21-rolling-restart.ts'

export const scenarios: readonly Scenario[] = [
  killWorkers,
  crashBeforeDispatch,
  redisAway,
  redisLosesEverything,
  redisCrashes,
  frozenWorker,
  crashWhileWriting,
  diskFull,
  poison,
  eventsLost,
  eventsShuffled,
  staleReads,
  rollingRestart,
]
