import { tmpdir } from 'node:os'
import { testWrite } from '@darkroom/storage'
import { findFfmpeg, type FfmpegSearch } from '@darkroom/videos/find-ffmpeg'

/** Rejects, with a message for the operator, while this machine cannot render videos. */
export async function checkMachine(ffmpeg: FfmpegSearch): Promise<void> {
  await testWrite(tmpdir()).catch((error: unknown) => {
    throw new Error(
      `Videos are rendered in ${tmpdir()}, which is full or cannot be written to: free space in it, or set TMPDIR to another folder`,
      { cause: error },
    )
  })
  await findFfmpeg(ffmpeg)
}
