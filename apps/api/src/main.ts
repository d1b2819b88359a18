import { collectDefaultMetrics, Registry } from '@prometheus-io/client'
import { closeOnSignal, createLogger, MISNAMED_METRICS } from '@darkroom/runtime'
import { createApi } from './api.ts'
import { readApiEnv } from './env.ts'

const env = readApiEnv()
const log = createLogger({ name: 'api', level: env.LOG_LEVEL })
// Process metrics once a process, here: whoever builds an API inside another program has its own.
const registry = new Registry()
// A fifth as often as by default, and a tenth: how busy the process is must not be what keeps it
// busy. The delay of the event loop is told with the time between two looks, so it is 50 ms when
// there is none.
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50, eventLoopUtilizationTimeout: 1000 })
for (const name of MISNAMED_METRICS) registry.removeSingleMetric(name)
const api = createApi(env, log, registry)
closeOnSignal(api.closing, log)
const { port } = await api.start()
log.info({ port }, 'Darkroom API is listening')
process.send?.({ ready: true, port })
