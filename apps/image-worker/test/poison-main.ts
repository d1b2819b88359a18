// main.ts with the misbehaving child, for tests that kill a whole worker process.
import { closeOnSignal, createLogger } from '@darkroom/runtime'
import { loadWorkerConfig } from '../src/env.ts'
import { createWorker } from '../src/worker.ts'

const config = loadWorkerConfig()
const log = createLogger({ name: 'image-worker', level: config.logLevel })
const program = new URL('./poison-child.ts', import.meta.url)
const worker = createWorker(config, { log, program, giveUp: () => process.exit(1) })
closeOnSignal(worker.shutdownPhases, log)
await worker.start()
