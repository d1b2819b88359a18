// A worker's program with the misbehaving child, for tests that kill a whole worker process.
import { imageOptimize } from '@darkroom/contracts'
import { loadEnv } from '@darkroom/runtime'
import { z } from 'zod'
import { programBeside, runWorker, workerConfig, workerEnv } from '../src/index.ts'

const config = workerConfig(loadEnv(z.object(workerEnv(imageOptimize, 1))), imageOptimize)
const program = programBeside(import.meta.url, 'poison-child')
await runWorker({ kind: imageOptimize, program, args: [config.dataDir] }, config)
