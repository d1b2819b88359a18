import type { BibReading } from '../../packages/bibs/src/index.ts'
import type { LabelledPhoto } from './bib-photos.ts'

export interface Score {
  found: string[]
  missed: string[]
  wrong: string[]
}

/** Compares the confident readings of a photo with what can be read in it. */
export function scoreOf(photo: LabelledPhoto, readings: readonly BibReading[], minConfidence: number): Score {
  const missed = [...photo.numbers]
  const [found, wrong]: [string[], string[]] = [[], []]
  for (const { number, confidence } of readings) {
    if (confidence < minConfidence) continue
    const at = missed.indexOf(number)
    if (at !== -1) found.push(...missed.splice(at, 1))
    else if (!photo.optional.includes(number)) wrong.push(number)
  }
  return { found, missed, wrong }
}

/** Both over all photos; `digits` limits them to numbers with that many digits. */
export function totalsOf(scores: readonly Score[], digits: (count: number) => boolean = () => true) {
  const count = (pick: (score: Score) => string[]): number =>
    scores.flatMap(pick).filter(({ length }) => digits(length)).length
  const [found, missed, wrong] = [count((one) => one.found), count((one) => one.missed), count((one) => one.wrong)]
  return { found, missed, wrong, recall: found / (found + missed), precision: found / (found + wrong) }
}
