// How many bib numbers are found, and how many of the readings are right: on drawn race photos, and
// on the real ones of the corpus if there is one; CPU time, and memory for the largest photo. For
// every set of models that this machine has. Options: --photos 200
import { basename, join } from 'node:path'
import { fetchedBibModels } from '@darkroom/local-services'
import { applyRoster } from '../packages/contracts/src/index.ts'
import { type BibReading, DEFAULT_MIN_CONFIDENCE, PROCESS_ENV } from '../packages/bibs/src/index.ts'
import type { BibsAnswer, BibsOrder } from './support/bare-bibs.ts'
import { type Benchmark, type Bound, type Figure, figureOf } from './support/benchmark.ts'
import { drawnPhotos, type LabelledPhoto, largestPhoto, realPhotos } from './support/bib-photos.ts'
import { type Score, scoreOf, totalsOf } from './support/bib-scores.ts'
import { startHelper } from './support/helper-process.ts'
import { wholeNumbers } from './support/options.ts'
import { BENCH_FOLDER } from './support/services.ts'

const DIGIT_COUNTS = [1, 2, 3, 4, 5]
/** On the roster, but in no photo; spread over four digits. */
const OTHERS = 500
const OTHERS_APART = 17
const isLong = (digits: number): boolean => digits >= 2

interface Sets {
  drawn: LabelledPhoto[]
  real: LabelledPhoto[]
  largest: string
}

export const benchmark: Benchmark = {
  async run(args) {
    const { photos } = wholeNumbers(args, { photos: 200 })
    const sets = {
      drawn: await drawnPhotos(photos, BENCH_FOLDER),
      real: realPhotos(),
      largest: await largestPhoto(join(BENCH_FOLDER, 'photos')),
    }
    const fetched =
      process.env['BIBS_MODELS'] ?? fetchedBibModels({ folder: join(BENCH_FOLDER, '..'), env: process.env })
    const results = [await measure(sets, undefined), ...(fetched === undefined ? [] : [await measure(sets, fetched)])]
    return {
      figures: results.flatMap(({ figures }) => figures),
      notes: [
        ...results.flatMap(({ notes }) => notes),
        ...(sets.real.length === 0 ? ['real photos: skipped, there is no corpus'] : []),
        ...(fetched === undefined ? ['newer models: skipped, npm run models fetches them'] : []),
      ],
      details: { options: { photos }, results: results.map(({ details }) => details) },
    }
  },
}

async function measure({ drawn, real, largest }: Sets, models: string | undefined) {
  const about = models === undefined ? {} : { models }
  const [onDrawn, onReal, onLargest] = [
    await read({ ...about, files: drawn.map(({ file }) => file) }),
    await read({ ...about, files: real.map(({ file }) => file) }),
    await read({ ...about, files: [largest] }),
  ]
  const name = onDrawn.models
  const [drawnScores, realScores] = [scoresOf(drawn, onDrawn), scoresOf(real, onReal)]
  const listedScores = scoresOf(real, { ...onReal, photos: withRoster(real, onReal) })
  const total = totalsOf(drawnScores)
  const byDigits = DIGIT_COUNTS.map((count) => ({ count, ...totalsOf(drawnScores, (digits) => digits === count) }))
  const figures = [
    figureOf(`${name}, drawn photos: precision`, [total.precision], '', { atLeast: 0.98, goal: 0.99 }),
    figureOf(`${name}, drawn photos: recall from two digits on`, [totalsOf(drawnScores, isLong).recall], '', {
      atLeast: 0.95,
      goal: 0.98,
    }),
    ...(real.length > 0
      ? realFigures(name, '', realScores, {
          found: { atLeast: 0.9, goal: 0.95 },
          wrong: { atMost: 0.3, goal: 0.1 },
        })
      : []),
    ...(real.length > 0
      ? realFigures(name, ' with a roster', listedScores, {
          found: { atLeast: 0.95, goal: 1 },
          wrong: { atMost: 0.1, goal: 0 },
        })
      : []),
    figureOf(
      `${name}: CPU time per photo`,
      [...onDrawn.photos, ...onReal.photos].map(({ cpuMs }) => cpuMs),
      'ms',
    ),
    figureOf(
      `${name}: peak memory, all photos and the largest one`,
      [Math.max(onDrawn.peakMb, onReal.peakMb, onLargest.peakMb)],
      'MB',
      { atMost: 900, goal: 700 },
    ),
  ]
  const notes = [
    `${name}, recall by digits: ${byDigits.map(({ count, found, missed }) => `${count}: ${found} of ${found + missed}`).join(', ')}`,
    ...real.map(({ file }, index) => noteOf(`${name} ${basename(file)}`, realScores[index])),
    ...real.map(({ file }, index) => noteOf(`${name} ${basename(file)}, with a roster`, listedScores[index])),
  ]
  return { figures, notes, details: { name, drawnScores, realScores, listedScores, onDrawn, onReal, onLargest } }
}

interface Bounds {
  found: Bound
  wrong: Bound
}

function realFigures(name: string, how: string, scores: readonly Score[], { found, wrong }: Bounds): Figure[] {
  const totals = totalsOf(scores)
  return [
    figureOf(`${name}, real photos${how}: numbers found`, [totals.recall], '', found),
    figureOf(`${name}, real photos${how}: wrong readings per photo`, [totals.wrong / scores.length], '', wrong),
  ]
}

/**
 * The readings as an album shows them whose roster has the numbers of all these photos and 500
 * others. What is marked as unlisted is left to a person.
 */
function withRoster(photos: readonly LabelledPhoto[], { photos: read }: BibsAnswer): BibsAnswer['photos'] {
  const roster = new Set(photos.flatMap(({ numbers, optional }) => [...numbers, ...optional]))
  const size = roster.size + OTHERS
  for (let number = 1; roster.size < size; number += OTHERS_APART) roster.add(String(number))
  return read.map(({ readings, ...cost }) => ({ ...cost, readings: readings.flatMap((one) => listed(one, roster)) }))
}

function listed(reading: BibReading, roster: ReadonlySet<string>): BibReading[] {
  const [shown] = applyRoster([{ ...reading, origin: 'ocr' }], roster)
  return shown === undefined || shown.unlisted ? [] : [{ ...reading, number: shown.number }]
}

const scoresOf = (photos: readonly LabelledPhoto[], { photos: read }: BibsAnswer): Score[] =>
  photos.map((photo, index) => scoreOf(photo, read[index]?.readings ?? [], DEFAULT_MIN_CONFIDENCE))

const noteOf = (what: string, score: Score | undefined): string =>
  `${what}: found ${listOf(score?.found)}; missed ${listOf(score?.missed)}; wrong ${listOf(score?.wrong)}`

const listOf = (numbers: readonly string[] = []): string => numbers.join(' ') || 'none'

async function read(order: BibsOrder): Promise<BibsAnswer> {
  const reader = startHelper('bare-bibs.ts', PROCESS_ENV)
  try {
    return await reader.ask<BibsAnswer>(order)
  } finally {
    await reader.stop()
  }
}
