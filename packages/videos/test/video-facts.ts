import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a file is according to ffmpeg; ffprobe does not come with every build. */
export async function videoFacts(ffmpeg: string, file: string) {
  // With an output, it decodes all frames, and fails at the first broken one.
  const { stdout, stderr } = await run(ffmpeg, [
    ...['-hide_banner', '-nostdin', '-xerror', '-i', file],
    ...['-progress', 'pipe:1', '-f', 'null', '-'],
  ])
  return {
    video: /Stream #0:0.*: Video: (.+)/.exec(stderr)?.[1] ?? '',
    hasAudio: stderr.includes('Audio:'),
    frames: Number([...stdout.matchAll(/^frame=\s*(\d+)/gm)].at(-1)?.[1]),
  }
}

/** The types of the top-level boxes of an MP4 file, in order (ISO/IEC 14496-12, 4.2). */
export async function boxesOf(file: string): Promise<string[]> {
  const bytes = await readFile(file)
  const boxes: string[] = []
  for (let at = 0; at < bytes.length; at += Math.max(8, bytes.readUInt32BE(at)))
    boxes.push(bytes.toString('latin1', at + 4, at + 8))
  return boxes
}
