import { fetchFfmpeg } from '@darkroom/local-services'
import { findFfmpeg } from '../packages/videos/src/ffmpeg/find-ffmpeg.ts'

/** `FFMPEG_PATH` of a fetched ffmpeg, if this machine has none of its own. */
export async function ffmpegSettings(
  env: NodeJS.ProcessEnv,
  options: { folder: string; log: (line: string) => void },
): Promise<NodeJS.ProcessEnv> {
  if (env['FFMPEG_PATH']) return {}
  const isThere = await findFfmpeg({ path: env['PATH'] }).then(
    () => true,
    () => false,
  )
  if (isThere) return {}
  const fetched = await fetchFfmpeg({ ...options, env })
  return 'found' in fetched ? { FFMPEG_PATH: fetched.found } : {}
}
