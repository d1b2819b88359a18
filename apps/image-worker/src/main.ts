import { imageOptimize } from '@darkroom/contracts'
import { inspectUpload } from '@darkroom/images/inspect-upload'
import { programBeside, runWorker } from '@darkroom/worker'
import { loadImageWorkerConfig } from './env.ts'
import { verdictOf } from './verdict-of.ts'

const config = loadImageWorkerConfig()
const program = programBeside(import.meta.url, 'child')
const { imageMaxPixels: maxPixels } = config
const source = { inspect: (path: string) => inspectUpload(path, { maxPixels }), verdictOf }
await runWorker({ kind: imageOptimize, program, args: [String(maxPixels)], source }, config)
