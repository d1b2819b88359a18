// The program of a child process: it has the engines, but no connections and no secrets.
import type { VideoJob } from '@darkroom/contracts'
import { findFfmpeg } from '@darkroom/videos/find-ffmpeg'
import { serveJobs } from '@darkroom/worker/child'
import { removeAbandoned } from './render-folder.ts'

const [maxPixels, given, path] = [Number(process.argv[2]), process.argv[3], process.argv[4]]
if (!(maxPixels > 0)) throw new Error('Argument: the maximum number of pixels of a background')

// Imported only now, because not every machine can load the library that draws: the child must be
// able to say so.
const importing = import('./process-video.ts')
const finding = findFfmpeg({ given, path })
const prepared = Promise.all([finding, importing, removeAbandoned()])

serveJobs<VideoJob>(async (job, context) => {
  const [{ file: ffmpeg }, { processVideo }] = await prepared
  return processVideo(job, { ...context, ffmpeg, maxPixels })
}, prepared)
