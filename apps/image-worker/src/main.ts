import { imageOptimize } from '@darkroom/contracts'
import { programBeside, runWorker } from '@darkroom/worker'
import { loadImageWorkerConfig } from './env.ts'

const config = loadImageWorkerConfig()
const program = programBeside(import.meta.url, 'child')
await runWorker({ kind: imageOptimize, program, args: [String(config.imageMaxPixels)] }, config)
