import type { Bib } from '@darkroom/contracts'
import { Registry } from '@prometheus-io/client'
import { expect, test } from 'vitest'
import { countReadings } from './reading-metrics.ts'

const bib = (number: string, confidence: number): Bib => ({
  number,
  confidence,
  box: { left: 0, top: 0, width: 10, height: 10 },
  origin: 'ocr',
  raw: number,
})

test('counts photos, and their readings by confidence', async () => {
  const registry = new Registry()
  const count = countReadings(registry)
  count({ files: [], result: { bibs: [bib('587', 0.97), bib('12', 0.55)] } })
  count({ files: [], result: { bibs: [] } })
  const text = await registry.metrics()
  for (const line of [
    'darkroom_photos_read_total{found="true"} 1',
    'darkroom_photos_read_total{found="false"} 1',
    'darkroom_bib_readings_total 2',
    'darkroom_bib_confidence_bucket{le="0.5"} 0',
    'darkroom_bib_confidence_bucket{le="0.6"} 1',
    'darkroom_bib_confidence_bucket{le="0.98"} 2',
  ])
    expect(text).toContain(line)
})
