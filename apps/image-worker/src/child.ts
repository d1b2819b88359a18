// The program of a child process: it has the image engine, but no connections and no secrets.
import type { ImageJob } from '@darkroom/contracts'
import { createDiskStorage } from '@darkroom/storage'
import { serveJobs } from '@darkroom/worker/child'
import { processImage } from './process-image.ts'

const dataDir = process.argv[2]
const maxPixels = Number(process.argv[3])
if (dataDir === undefined || !(maxPixels > 0))
  throw new Error('Arguments: the data folder and the maximum number of pixels of an original')

// This process does one thing at a time, so blocking calls delay nothing else.
const storage = createDiskStorage(dataDir, { blocking: true })
serveJobs<ImageJob>((job, onProgress) => processImage(job, { storage, maxPixels, onProgress }))
