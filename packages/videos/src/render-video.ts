import { createCanvas, loadImage, type Canvas } from '@napi-rs/canvas'
import { encodeFrames } from './ffmpeg/encode-frames.ts'
import { registerFonts } from './fonts/register-fonts.ts'
import { frameCount, type Assets, type Frame, type Size, type Template } from './template/template.ts'
import { VideoError } from './ffmpeg/video-error.ts'

export interface RenderOptions<Input> {
  template: Template<Input>
  /** As returned by the template's schema. */
  input: Input
  /** The picture files of the input, by their role; see `assetsOf`. */
  assets: Readonly<Record<string, string | Buffer>>
  /** The ffmpeg program; see `findFfmpeg`. */
  ffmpeg: string
  /** The MP4 file to make. */
  output: string
  signal?: AbortSignal | undefined
  onProgress?: (progress: RenderProgress) => void
}

/** `done` is between 0 and 1. The stages come in this order. */
export interface RenderProgress {
  stage: 'bundle' | 'composition' | 'render'
  done: number
}

export interface RenderedVideo extends Size {
  durationSeconds: number
  frames: number
  /** A JPEG of the video's size. */
  poster: Buffer
}

const POSTER_QUALITY = 88
/** Templates may enlarge a picture by up to this factor. */
const ZOOM_ROOM = 1.12

/**
 * Renders a video into a file that appears only when it is complete. The time is spent drawing, in
 * this thread, and in the encoder.
 * @throws VideoError, or the reason of the signal
 */
export async function renderVideo<Input>(options: RenderOptions<Input>): Promise<RenderedVideo> {
  const { template, input, ffmpeg, output, signal, onProgress = () => {} } = options
  const { fps, seconds } = template
  const size = template.size(input)
  onProgress({ stage: 'bundle', done: 0 })
  registerFonts()
  const assets = await loadAssets(options.assets, size)
  onProgress({ stage: 'composition', done: 0 })
  const canvas = createCanvas(size.width, size.height)
  const drawn = { template, input, assets, canvas }
  drawFrame(drawn, Math.round(template.posterSeconds * fps))
  const poster = await canvas.encode('jpeg', POSTER_QUALITY)
  onProgress({ stage: 'render', done: 0 })
  const frames = frameCount(template)
  await encodeFrames(drawFrames(drawn), {
    ...size,
    ffmpeg,
    fps,
    output,
    signal,
    onEncoded: (count) => onProgress({ stage: 'render', done: Math.min(1, count / frames) }),
  })
  return { ...size, durationSeconds: seconds, frames, poster }
}

interface Drawn<Input> {
  template: Template<Input>
  input: Input
  assets: Assets
  canvas: Canvas
}

/** Raw RGBA, top row first. The frames are opaque, so premultiplied colours are the same. */
function* drawFrames<Input>(drawn: Drawn<Input>): Generator<Buffer> {
  const frames = frameCount(drawn.template)
  for (let index = 0; index < frames; index++) {
    drawFrame(drawn, index)
    // A copy: the next frame is drawn before this one is encoded.
    yield drawn.canvas.data()
  }
}

/** Draws one frame. */
export function drawFrame<Input>({ template, input, assets, canvas }: Drawn<Input>, index: number): void {
  const context = canvas.getContext('2d')
  const { width, height } = canvas
  context.reset()
  const frame: Frame = { context, width, height, index, seconds: index / template.fps }
  template.draw(frame, input, assets)
}

/** Scales each picture once to what the frames need, which is most of the work of drawing it. */
export async function loadAssets(files: RenderOptions<unknown>['assets'], size: Size): Promise<Assets> {
  const loaded = Object.entries(files).map(async ([role, file]) => {
    const picture = await loadImage(file).catch((error: unknown) => {
      throw new VideoError('ASSET_UNREADABLE', `The ${role} is not a picture that can be read`, { cause: error })
    })
    return [role, covering(picture, size)] as const
  })
  return Object.fromEntries(await Promise.all(loaded))
}

function covering(picture: Awaited<ReturnType<typeof loadImage>>, { width, height }: Size): Canvas {
  const canvas = createCanvas(Math.round(width * ZOOM_ROOM), Math.round(height * ZOOM_ROOM))
  const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height)
  const [drawnWidth, drawnHeight] = [picture.width * scale, picture.height * scale]
  const context = canvas.getContext('2d')
  context.imageSmoothingQuality = 'high'
  context.drawImage(
    picture,
    (canvas.width - drawnWidth) / 2,
    (canvas.height - drawnHeight) / 2,
    drawnWidth,
    drawnHeight,
  )
  return canvas
}
