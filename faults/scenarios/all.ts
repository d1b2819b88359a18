import type { Scenario } from '../scenario.ts'
import { killWorkers } from './fi-01-kill-workers.ts'
import { crashBeforeDispatch } from './fi-05-crash-before-dispatch.ts'
import { redisLosesEverything } from './fi-07-redis-loses-everything.ts'

export const scenarios: readonly Scenario[] = [killWorkers, crashBeforeDispatch, redisLosesEverything]
