import { closeOnSignal, createLogger } from '@darkroom/runtime'
import { loadWorkerConfig } from './env.ts'
import { createWorker } from './worker.ts'

const config = loadWorkerConfig()
const log = createLogger({ name: 'image-worker', level: config.logLevel })

// A worker that cannot go on ends at once; its supervisor starts a fresh one, and the queue hands its jobs out again.
const giveUp = (): never => process.exit(1)

const worker = createWorker(config, { log, giveUp })
closeOnSignal(worker.shutdownPhases, log)
await worker.start()
process.send?.({ ready: true })
