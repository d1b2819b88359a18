import { collectDefaultMetrics, Registry } from '@prometheus-io/client'
import { closeOnSignal, createLogger, MISNAMED_METRICS, returnMemoryAtRest, storageSettings } from '@darkroom/runtime'
import { processTracing, stopTracing } from '@darkroom/runtime/tracing'
import { openStorage } from '@darkroom/storage'
import { createApi } from './api.ts'
import { readApiEnv } from './env.ts'
import { findPage } from './find-page.ts'

const env = readApiEnv()
const log = createLogger({ name: 'api', level: env.LOG_LEVEL })
// Process metrics are collected here, once per process: an API that is built inside another program
// leaves them to that program.
const registry = new Registry()
// A fifth and a tenth as often as by default, so that measuring the load adds little to it. The
// measured delay of the event loop includes the interval, so it is 50 ms when there is none.
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50, eventLoopUtilizationTimeout: 1000 })
for (const name of MISNAMED_METRICS) registry.removeSingleMetric(name)
const tracing = processTracing()
const storage = await openStorage(storageSettings(env))
// Only under `npm start -- --demo`, which kills one of its workers when asked to.
const killWorker = process.argv.includes('--demo') ? (id: string) => void process.send?.({ killWorker: id }) : undefined
const api = createApi(env, { storage, page: findPage(log), killWorker, log }, { registry, tracing })
closeOnSignal((reason) => [...api.closing(reason), stopTracing(tracing)], log)
const { port } = await api.start()
returnMemoryAtRest(log)
log.info({ port }, 'Darkroom API is listening')
process.send?.({ ready: true, port })
