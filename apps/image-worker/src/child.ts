// The program of a child process: it has the image engine, but no connections and no secrets.
import type { ImageJob } from '@darkroom/contracts'
import { serveJobs } from '@darkroom/worker/child'
import { processImage } from './process-image.ts'

const maxPixels = Number(process.argv[2])
if (!(maxPixels > 0)) throw new Error('Argument: the maximum number of pixels of an original')

serveJobs<ImageJob>((job, context) => processImage(job, { ...context, maxPixels }))
