import { videoRender } from '@darkroom/contracts'
import { createLogger } from '@darkroom/runtime'
import { describeFfmpeg, findFfmpeg } from '@darkroom/videos/find-ffmpeg'
import { programBeside, runWorker } from '@darkroom/worker'
import { loadVideoWorkerConfig } from './env.ts'

const { imageMaxPixels, ffmpegPath = '', ...config } = loadVideoWorkerConfig()
const path = config.childEnv['PATH'] ?? ''
const log = createLogger({ name: videoRender.worker, level: config.logLevel })
// Without one, the children say what is missing, and no job is taken until it is there.
findFfmpeg({ given: ffmpegPath, path }).then(
  (ffmpeg) => log.info(`encoding with ${describeFfmpeg(ffmpeg)}`),
  () => {},
)
const program = programBeside(import.meta.url, 'child')
await runWorker({ kind: videoRender, program, args: [String(imageMaxPixels), ffmpegPath, path] }, config)
