import { videoRender } from '@darkroom/contracts'
import { createLogger } from '@darkroom/runtime'
import { describeFfmpeg, findFfmpeg } from '@darkroom/videos/find-ffmpeg'
import { programBeside, runWorker } from '@darkroom/worker'
import { checkMachine } from './check-machine.ts'
import { loadVideoWorkerConfig } from './env.ts'

const { imageMaxPixels, ffmpegPath = '', ...config } = loadVideoWorkerConfig()
const path = config.childEnv['PATH'] ?? ''
const search = { given: ffmpegPath, path }
const log = createLogger({ name: videoRender.worker, level: config.logLevel })
// Without one, the children say what is missing, and no job is taken until it is there.
findFfmpeg(search).then(
  (ffmpeg) => log.info(`encoding with ${describeFfmpeg(ffmpeg)}`),
  () => {},
)
const program = programBeside(import.meta.url, 'child')
const args = [String(imageMaxPixels), ffmpegPath, path]
await runWorker({ kind: videoRender, program, args, check: () => checkMachine(search) }, config)
