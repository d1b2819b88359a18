// A worker's program with the misbehaving child, for tests that kill a whole worker process.
import { imageOptimize } from '@darkroom/contracts'
import { loadEnv } from '@darkroom/runtime'
import { z } from 'zod'
import { concurrencyEnv, programBeside, runWorker, workerConfig, workerEnv } from '../src/index.ts'

const schema = z.object({ ...workerEnv(imageOptimize), WORKER_CONCURRENCY: concurrencyEnv({ slotBytes: 1 }) })
const env = loadEnv(schema)
const config = workerConfig(env, imageOptimize, env.WORKER_CONCURRENCY)
const program = programBeside(import.meta.url, 'poison-child')
await runWorker({ kind: imageOptimize, program, args: [config.dataDir] }, config)
