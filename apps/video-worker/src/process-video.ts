import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VIDEO_STAGES, type StoredFile, type VideoJob, type VideoStage } from '@darkroom/contracts'
import { resultKey } from '@darkroom/contracts/storage-keys'
import { isImageError, makeVariants } from '@darkroom/images'
import type { DiskStorage } from '@darkroom/storage'
import { isVideoError, renderVideo, TEMPLATES, type RenderedVideo, type VideoError } from '@darkroom/videos'
import { BACKGROUNDS_FOLDER } from '@darkroom/videos/check-input'
import {
  JobFailure,
  readSource,
  storeResult,
  writeFailure,
  type Processed,
  type Progress,
  type VerdictOf,
} from '@darkroom/worker/child'
import { inRenderFolder } from './render-folder.ts'

/** Enough for an upright video of 1920 lines that zooms in. */
const BACKGROUND_WIDTH = 2880
const BACKGROUND_QUALITY = 92

interface Surroundings {
  storage: DiskStorage
  /** The ffmpeg program. */
  ffmpeg: string
  /** The maximum number of pixels of a background. */
  maxPixels: number
  onProgress: (progress: Progress) => void
}

/**
 * Runs one job: reads the input, renders the video, and stores it and its poster under names derived
 * from their bytes. A second run makes the same files and finds them stored, so a run can be
 * repeated, and two runs can overlap.
 * @throws JobFailure
 */
export async function processVideo(job: VideoJob, around: Surroundings): Promise<Processed> {
  try {
    return await makeVideo(job, around)
  } catch (error) {
    throw failureOf(error)
  }
}

async function makeVideo(job: VideoJob, around: Surroundings): Promise<Processed> {
  const { storage, onProgress } = around
  const tell = progressTeller(onProgress)
  tell('bundle', 0)
  const { made: text, bytesIn } = await readSource(
    { storage, key: job.inputPath },
    { read: (path) => readFile(path, 'utf8'), verdictOf: () => undefined },
  )
  const { template, input } = parseDocument(text)
  tell('bundle', 0.2)
  const background = await readBackground(job, input.background, around)
  tell('bundle', 0.8)
  return inRenderFolder(async (folder) => {
    const output = join(folder, 'video.mp4')
    const rendered = await renderVideo({
      ...{ template, input, assets: { background }, ffmpeg: around.ffmpeg, output },
      onProgress: ({ stage, done }) => tell(stage, stage === 'bundle' ? 0.8 : done),
    })
    tell('upload', 0)
    const files = await storeFiles(job, storage, { rendered, video: await readFile(output) })
    tell('cleanup', 0)
    const { poster: _poster, ...result } = rendered
    return { files, result: { ...result }, bytesIn }
  })
}

const ENDS = { bundle: 30, composition: 40, render: 85, upload: 95, cleanup: 100 } as const

/** Each stage has its share of the progress. */
const progressTeller =
  (onProgress: Surroundings['onProgress']) =>
  (stage: VideoStage, done: number): void => {
    const start = VIDEO_STAGES[stage]
    onProgress({ stage, percent: Math.round(start + (ENDS[stage] - start) * done) })
  }

/** The API has checked it; a worker of another release may know other templates. */
function parseDocument(text: string) {
  try {
    const { template: name, ...input } = JSON.parse(text) as { template: keyof typeof TEMPLATES }
    const template = TEMPLATES[name]
    return { template, input: template.input.parse(input) }
  } catch (cause) {
    const message = 'This worker does not know the template, or its input'
    throw new JobFailure({ code: 'INVALID_JOB', message, retryable: false }, { cause })
  }
}

/**
 * An uploaded background is decoded by the engine for photos, which is hardened, turns it upright and
 * converts its colours.
 */
async function readBackground(
  { backgroundPath }: VideoJob,
  name: string,
  { storage, maxPixels }: Surroundings,
): Promise<Buffer> {
  if (backgroundPath === undefined) return readFile(new URL(name, BACKGROUNDS_FOLDER))
  const read = (path: string) =>
    makeVariants(path, { widths: [BACKGROUND_WIDTH], quality: BACKGROUND_QUALITY, maxPixels })
  const { made } = await readSource({ storage, key: backgroundPath }, { read, verdictOf })
  return made.variants[0]?.bytes ?? Buffer.alloc(0)
}

/** Errors of the image engine are verdicts on the background: retrying cannot help. */
const verdictOf: VerdictOf = (error) =>
  isImageError(error) ? { code: error.code, message: `The background: ${error.message}` } : undefined

function failureOf(error: unknown): unknown {
  if (isVideoError(error)) return new JobFailure(reasonOf(error), { cause: error })
  // From the temporary folder. The errors of the canvas have a code, too, but no system call.
  return error instanceof Error && 'syscall' in error ? writeFailure(error) : error
}

/** What ffmpeg says contains paths of this machine, which must only appear in the log. */
function reasonOf({ code, message }: VideoError): JobFailure['reason'] {
  switch (code) {
    case 'FFMPEG_MISSING':
    case 'FFMPEG_NOT_STARTED':
      return { code: 'CHILD_NOT_STARTED', message: 'The encoder could not be started', retryable: true }
    case 'FFMPEG_DISK_FULL':
      return { code: 'STORAGE_FULL', message: 'There is no space left for temporary files', retryable: true }
    case 'FFMPEG_KILLED':
      return { code: 'WORKER_CRASHED', message: 'The encoder died', retryable: true }
    case 'FFMPEG_FAILED':
      return { code, message: 'The encoder failed', retryable: true }
    case 'ASSET_UNREADABLE':
      return { code, message, retryable: false }
    default:
      return code satisfies never
  }
}

interface Made {
  rendered: RenderedVideo
  video: Buffer
}

async function storeFiles(job: VideoJob, storage: DiskStorage, { rendered, video }: Made): Promise<StoredFile[]> {
  const { width, height, poster } = rendered
  const files: StoredFile[] = []
  for (const { name, bytes, contentType, extension } of [
    { name: 'video', bytes: video, contentType: 'video/mp4', extension: 'mp4' },
    { name: 'poster', bytes: poster, contentType: 'image/jpeg', extension: 'jpg' },
  ]) {
    const md5 = createHash('md5').update(bytes).digest('hex')
    const path = resultKey({ tenant: job.tenant, folder: 'videos', name: job.slug, md5, extension })
    await storeResult(storage, path, bytes)
    files.push({ name, contentType, bytes: bytes.length, md5, path, facts: { width, height } })
  }
  return files
}
