import { photoBibs } from '@darkroom/contracts'
import type { WorkerApp } from '@darkroom/worker'
import { Counter, Histogram } from '@prometheus-io/client'

/** Confidences below 0.5 are seldom right, and most are above 0.9. */
const CONFIDENCES = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1]

/** Counts the numbers that are read, by how sure the reader is. */
export const countReadings: NonNullable<WorkerApp['watch']> = (registry) => {
  const registers = [registry]
  const photos = new Counter({
    name: 'darkroom_photos_read_total',
    help: 'Photos by whether any number was read in them',
    labelNames: ['found'],
    registers,
  })
  const readings = new Counter({ name: 'darkroom_bib_readings_total', help: 'Numbers read in photos', registers })
  const confidence = new Histogram({
    name: 'darkroom_bib_confidence',
    help: 'How sure the reader is of a number, from 0 to 1',
    buckets: CONFIDENCES,
    registers,
  })
  return ({ result }) => {
    const { bibs } = photoBibs.result.parse(result)
    photos.inc({ found: String(bibs.length > 0) })
    readings.inc(bibs.length)
    for (const bib of bibs) confidence.observe(bib.confidence)
  }
}
