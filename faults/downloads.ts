import { createHash } from 'node:crypto'
import type { Rig } from './driver.ts'
import type { StoredTask } from './history.ts'

type Downloaded = 'whole' | 'refused' | 'broken off' | string

/** 409: it is being retried; 410: it has expired. */
const GONE: readonly number[] = [409, 410]

export async function download(
  url: string,
  { id, files }: StoredTask,
  resolution: string,
  refusals = GONE,
): Promise<Downloaded> {
  try {
    const answer = await fetch(`${url}/api/v1/tasks/${id}/download?resolution=${resolution}`)
    const bytes = await answer.bytes()
    const wanted = files.find(({ name }) => name === resolution)?.md5
    if (answer.status === 200)
      return createHash('md5').update(bytes).digest('hex') === wanted
        ? 'whole'
        : `${id}: 200 with ${bytes.length} bytes`
    return refusals.includes(answer.status) ? 'refused' : `${id}: ${answer.status}`
  } catch {
    return 'broken off'
  }
}

/** Downloads the variants of all tasks, over and over, until stopped. */
export function startDownloads(rig: Rig, tasks: readonly StoredTask[], refusals = GONE) {
  const counts = { whole: 0, refused: 0, brokenOff: 0, faults: [] as string[] }
  let stopped = false
  const loop = async (first: number): Promise<void> => {
    for (let turn = first; !stopped; turn += 4) {
      const task = tasks[(turn * 7) % tasks.length]
      const url = rig.apiUrls[turn % rig.apiUrls.length]
      if (!task || url === undefined) return
      const result = await download(url, task, turn % 2 ? '1024' : '800', refusals)
      if (result === 'whole') counts.whole++
      else if (result === 'refused') counts.refused++
      else if (result === 'broken off') counts.brokenOff++
      else counts.faults.push(result)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const loops = Promise.all([0, 1, 2, 3].map(loop))
  return {
    count: () => counts,
    stop: async () => {
      stopped = true
      await loops
      return counts
    },
  }
}
