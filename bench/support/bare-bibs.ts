// Reads bib numbers in photos, one after the other, in a process of its own: its memory is that of
// the engine.
import { openBibReader, type BibReading } from '../../packages/bibs/src/index.ts'
import { answerOrders } from './helper-process.ts'

export interface BibsOrder {
  files: readonly string[]
  /** Folder; those installed with the engine if it is missing. */
  models?: string
}

export interface BibsAnswer {
  models: string
  photos: { readings: BibReading[]; cpuMs: number; ms: number }[]
  /** The most that the process has had in memory. */
  peakMb: number
}

answerOrders(async ({ files, models }: BibsOrder): Promise<BibsAnswer> => {
  const reader = await openBibReader(models === undefined ? {} : { models })
  const photos: BibsAnswer['photos'] = []
  for (const file of files) {
    const [startedAt, before] = [performance.now(), process.cpuUsage()]
    const readings = await reader.read(file)
    const { user, system } = process.cpuUsage(before)
    photos.push({ readings, cpuMs: (user + system) / 1000, ms: performance.now() - startedAt })
  }
  await reader.close()
  return { models: reader.models, photos, peakMb: process.resourceUsage().maxRSS / 1024 }
})
