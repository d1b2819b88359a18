import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { racePhoto } from '../../packages/testing/src/index.ts'
import { findingsOf, messageOf, type Finding, type Report } from './finding.ts'

const NUMBER = '587'

/** Whether this machine can read bib numbers: by reading one in a small test photo. */
export async function checkBibs(models: string | undefined): Promise<Finding[]> {
  const { findings, report } = findingsOf('Bib reader')
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  try {
    await readOne(report, join(folder, 'photo.jpg'), models)
  } catch (error) {
    const todo = 'Until then, photo workers on this machine take no jobs; nothing else needs it.'
    report('WARN', `cannot be used: ${messageOf(error)}`, todo)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return findings
}

async function readOne(report: Report, path: string, models: string | undefined): Promise<void> {
  // Not every machine can load the library that runs the models.
  const { openBibReader } = await import('../../packages/bibs/src/index.ts')
  await writeFile(path, (await racePhoto({ numbers: [NUMBER], width: 480, height: 360 })).bytes)
  const reader = await openBibReader(models ? { models } : {})
  try {
    const startedAt = performance.now()
    const read = (await reader.read(path)).map(({ number }) => number)
    if (read.join() === NUMBER)
      report('OK', `${reader.models} reads a test photo in ${Math.round(performance.now() - startedAt)} ms`)
    else
      report(
        'WARN',
        `${reader.models} reads ${read.join(', ') || 'nothing'} where ${NUMBER} is drawn`,
        'Use other models, see docs/bibs.md.',
      )
  } finally {
    await reader.close()
  }
}
