import { photoBibs } from '@darkroom/contracts'
import { programBeside, runWorker } from '@darkroom/worker'
import { loadPhotoWorkerConfig } from './env.ts'
import { countReadings } from './reading-metrics.ts'

const { imageMaxPixels, bibsModels = '', ...config } = loadPhotoWorkerConfig()
const program = programBeside(import.meta.url, 'child')
await runWorker({ kind: photoBibs, program, args: [String(imageMaxPixels), bibsModels], watch: countReadings }, config)
