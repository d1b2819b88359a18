// The program of a child process: it has the engines, but no connections and no secrets.
import type { PhotoJob } from '@darkroom/contracts'
import { serveJobs } from '@darkroom/worker/child'
import { processPhoto } from './process-photo.ts'

const [maxPixels, models] = [Number(process.argv[2]), process.argv[3]]
if (!(maxPixels > 0)) throw new Error('Argument: the maximum number of pixels of an original')

// Imported only now, because not every machine can load the library that runs the models: the child
// must be able to say so.
const opening = import('@darkroom/bibs').then(({ openBibReader }) =>
  openBibReader({ maxPixels, ...(models && { models }) }),
)

serveJobs<PhotoJob>(
  async (job, context) => processPhoto(job, { ...context, maxPixels, reader: await opening }),
  opening,
)
