import { closeOnSignal, createLogger, MISNAMED_METRICS } from '@darkroom/runtime'
import { processTracing, stopTracing } from '@darkroom/runtime/tracing'
import { openStorage } from '@darkroom/storage'
import { collectDefaultMetrics, Registry } from '@prometheus-io/client'
import { createWorker } from './create-worker.ts'
import type { WorkerConfig } from './env.ts'
import { createMetricsServer } from './metrics-server.ts'
import type { WorkerApp } from './worker-app.ts'

/** The whole program of a worker, which runs until a signal ends it. Resolves once it is ready. */
export async function runWorker(app: WorkerApp, config: WorkerConfig): Promise<void> {
  const log = createLogger({ name: app.kind.worker, level: config.logLevel })
  const registry = new Registry()
  const tracing = processTracing()
  // A worker that cannot continue exits immediately; its supervisor starts a new one, and the queue
  // reassigns its jobs.
  const giveUp = (): never => process.exit(1)
  const storage = await openStorage(config)
  const worker = createWorker(app, config, { storage, log, giveUp, registry, tracing })
  const metrics = createMetricsServer(registry, log, () => worker.machine.trouble)
  closeOnSignal(() => [...worker.shutdownPhases(), metrics.closing(), stopTracing(tracing)], log)
  if (config.metricsPort !== 0) {
    collectDefaultMetrics({ register: registry })
    for (const name of MISNAMED_METRICS) registry.removeSingleMetric(name)
    await metrics.listen(config.metricsPort)
  }
  await worker.start()
  process.send?.({ ready: true })
}
