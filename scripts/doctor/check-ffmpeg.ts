import { describeFfmpeg, findFfmpeg } from '../../packages/videos/src/ffmpeg/find-ffmpeg.ts'
import { findingsOf, messageOf, type Finding } from './finding.ts'

/** Whether this machine can encode videos. */
export async function checkFfmpeg(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { findings, report } = findingsOf('ffmpeg')
  try {
    report('OK', describeFfmpeg(await findFfmpeg({ given: env['FFMPEG_PATH'], path: env['PATH'] })))
  } catch (error) {
    report('WARN', messageOf(error), 'Until then, video workers on this machine take no jobs; nothing else needs it.')
  }
  return findings
}
