import { photoBibs } from '@darkroom/contracts'
import { inspectUpload } from '@darkroom/images/inspect-upload'
import { programBeside, runWorker } from '@darkroom/worker'
import { loadPhotoWorkerConfig } from './env.ts'
import { countReadings } from './reading-metrics.ts'
import { verdictOf } from './verdict-of.ts'

const { imageMaxPixels, bibsModels = '', ...config } = loadPhotoWorkerConfig()
const program = programBeside(import.meta.url, 'child')
const source = { inspect: (path: string) => inspectUpload(path, { maxPixels: imageMaxPixels }), verdictOf }
await runWorker(
  { kind: photoBibs, program, args: [String(imageMaxPixels), bibsModels], source, watch: countReadings },
  config,
)
