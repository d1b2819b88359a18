import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { VideoError } from './video-error.ts'

export interface Ffmpeg {
  file: string
  version: string
  /** Where it was found, in one line for the operator. */
  origin: string
}

export interface FfmpegSearch {
  /** `FFMPEG_PATH`: if it is set, nothing else is tried. */
  given?: string | undefined
  /** `PATH` */
  path?: string | undefined
}

const ANSWER_LIMIT_MS = 20_000
const PROGRAM = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg'

export const FFMPEG_WAYS_OUT = [
  'install ffmpeg with libx264 so that it is on PATH (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg)',
  'set FFMPEG_PATH to the ffmpeg program',
  'install without --no-optional: npm has a build of ffmpeg for most platforms',
]

/**
 * The ffmpeg to encode with: `FFMPEG_PATH`, else the first on PATH, else the build from npm, that
 * starts and has the H.264 encoder. Its license (GPL) allows to run it, not to link it.
 * @throws VideoError FFMPEG_MISSING, which lists what was tried and what can be done
 */
export async function findFfmpeg({ given, path = '' }: FfmpegSearch): Promise<Ffmpeg> {
  const tried: string[] = []
  for (const { file, origin } of await candidates({ given, path })) {
    try {
      return { file, origin, version: await usableVersion(file) }
    } catch (error) {
      tried.push(`${origin}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (tried.length === 0) tried.push('none is on PATH, and the build from npm is not installed')
  throw new VideoError(
    'FFMPEG_MISSING',
    `No usable ffmpeg was found (${tried.join('; ')}). Do one of the following: ${FFMPEG_WAYS_OUT.join('; ')}.`,
  )
}

export const describeFfmpeg = ({ version, origin }: Ffmpeg): string => `ffmpeg ${version} (${origin})`

async function candidates({ given, path = '' }: FfmpegSearch): Promise<Pick<Ffmpeg, 'file' | 'origin'>[]> {
  if (given) return [{ file: given, origin: `FFMPEG_PATH ${given}` }]
  const onPath: string[] = []
  for (const folder of path.split(delimiter)) {
    const file = join(folder, PROGRAM)
    if (folder !== '' && (await isExecutable(file))) onPath.push(file)
  }
  const fromNpm = npmBuild()
  return [
    ...onPath.map((file) => ({ file, origin: file })),
    ...(fromNpm === undefined ? [] : [{ file: fromNpm, origin: 'the build from npm' }]),
  ]
}

/** An optional dependency: some platforms have none. */
function npmBuild(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`@ffmpeg-installer/${process.platform}-${process.arch}/${PROGRAM}`)
  } catch {
    return undefined
  }
}

/** Rejects with the reason if the program does not start or cannot encode H.264. */
async function usableVersion(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(file, ['-hide_banner', '-nostdin', '-encoders'], {
    timeout: ANSWER_LIMIT_MS,
  }).catch((error: unknown) => {
    throw new Error(`it does not start (${reasonOf(error)})`, { cause: error })
  })
  if (!/\blibx264\b/.test(stdout)) throw new Error('it has no H.264 encoder (libx264)')
  const { stdout: said } = await promisify(execFile)(file, ['-version'], { timeout: ANSWER_LIMIT_MS })
  return /^ffmpeg version (\S+)/.exec(said)?.[1] ?? 'of unknown version'
}

/** The message of a failed command repeats its output. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? `code ${String(error.code)}` : 'unknown reason'

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
