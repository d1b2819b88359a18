import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { VideoError } from './video-error.ts'

export interface Encoding {
  width: number
  height: number
  /** The ffmpeg program. */
  ffmpeg: string
  fps: number
  /** The MP4 file. It does not exist before it is complete. */
  output: string
  signal?: AbortSignal | undefined
  /** Called with the number of frames that have been encoded so far. */
  onEncoded?: (frames: number) => void
}

/** Of what ffmpeg prints, the end is kept for the error. */
const KEPT_CHARACTERS = 2000

/**
 * Encodes raw RGBA frames as H.264. Frames are drawn only as fast as they are encoded. If this
 * fails or is aborted, the encoder has ended and nothing is left of the file.
 * @throws VideoError FFMPEG_NOT_STARTED, FFMPEG_KILLED, FFMPEG_DISK_FULL or FFMPEG_FAILED, or the
 *   reason of the signal
 */
export async function encodeFrames(frames: Iterable<Buffer>, encoding: Encoding): Promise<void> {
  const { output, signal, onEncoded = () => {} } = encoding
  signal?.throwIfAborted()
  const part = `${output}.part`
  const encoder = await start(encoding.ffmpeg, argumentsFor(encoding, part))
  const stop = (): void => void encoder.kill('SIGKILL')
  signal?.addEventListener('abort', stop, { once: true })
  const closed = ending(encoder)
  try {
    signal?.throwIfAborted()
    followProgress(encoder, onEncoded)
    const said = tailOf(encoder.stderr)
    // `pipeline`, because an encoder that ends early must not become an unhandled EPIPE.
    const fed = pipeline(Readable.from(frames, { highWaterMark: 2 }), encoder.stdin, { signal })
    const [fault, how] = await Promise.all([fed.then(noFault, toError), closed])
    signal?.throwIfAborted()
    if (how !== 'code 0' || UNWRITTEN.test(said())) throw failed(how, said(), fault)
    if (fault !== undefined) throw fault
    await rename(part, output)
  } catch (error) {
    stop()
    await closed
    await rm(part, { force: true })
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

const noFault = (): undefined => undefined
const toError = (fault: unknown): Error => (fault instanceof Error ? fault : new Error(String(fault)))

/**
 * No option that older builds lack. The matrix is stated, because players assume BT.709 for HD,
 * while ffmpeg converts with BT.601 by default.
 */
function argumentsFor({ width, height, fps }: Encoding, output: string): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-progress', 'pipe:1'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${width}x${height}`, '-r', String(fps), '-i', 'pipe:0', '-an'],
    ...['-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-pix_fmt', 'yuv420p'],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-g', String(fps * 2), '-threads', '2'],
    ...['-movflags', '+faststart', '-f', 'mp4', '-y', output],
  ]
}

/** Most errors of a program that cannot be started are emitted, some (ENOMEM) are thrown. */
async function start(program: string, args: readonly string[]): Promise<ChildProcessWithoutNullStreams> {
  try {
    const encoder = spawn(program, args)
    await once(encoder, 'spawn')
    return encoder
  } catch (cause) {
    throw new VideoError('FFMPEG_NOT_STARTED', `ffmpeg could not be started (${toError(cause).message})`, { cause })
  }
}

/** How the process ended: its exit code, or the name of a signal. Never rejects. */
async function ending(encoder: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(encoder, 'close')) as [number | null, string | null]
    return signal ?? `code ${code}`
  } catch (error) {
    return toError(error).message
  }
}

/** What the encoder has finished, not what it was given: it keeps dozens of frames to look ahead. */
function followProgress({ stdout }: ChildProcess, onEncoded: (frames: number) => void): void {
  let line = ''
  let last = 0
  stdout?.setEncoding('latin1').on('data', (text: string) => {
    const lines = (line + text).split('\n')
    line = lines.pop() ?? ''
    for (const each of lines) {
      const frames = Number(/^frame=\s*(\d+)/.exec(each)?.[1] ?? 0)
      if (frames > last) onEncoded((last = frames))
    }
  })
}

function tailOf(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-KEPT_CHARACTERS)))
  return () => text.trim()
}

/** What the system says of a full disk or quota. */
const DISK_FULL = /No space left on device|Disk quota exceeded/
/** Older builds then end with code 0. */
const UNWRITTEN = /Error writing trailer/

function failed(how: string, said: string, cause: unknown): VideoError {
  const code = DISK_FULL.test(said) ? 'FFMPEG_DISK_FULL' : how.startsWith('SIG') ? 'FFMPEG_KILLED' : 'FFMPEG_FAILED'
  return new VideoError(code, `ffmpeg ended (${how})${said === '' ? '' : `: ${said}`}`, { cause })
}
