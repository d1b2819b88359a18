import type { ShownBib } from './shown-bib.ts'
import { correctNumber } from './correct-number.ts'

/**
 * Corrects readings to the numbers of a roster. One that stands for no number of it is marked as
 * `unlisted`; without a roster, readings are as they were read. Those of a person never change. May
 * be repeated with the same or another roster: a corrected reading keeps what was read.
 */
export const applyRoster = (bibs: readonly ShownBib[], roster?: Pick<ReadonlySet<string>, 'has'>): ShownBib[] =>
  bibs.map((bib) => (bib.origin === 'person' ? bib : corrected(asRead(bib), roster)))

function corrected(read: ShownBib, roster?: Pick<ReadonlySet<string>, 'has'>): ShownBib {
  if (!roster) return read
  const number = correctNumber(read.number, roster)
  if (number === read.number) return read
  if (number === undefined) return { ...read, unlisted: true }
  // What was read must follow from `raw`, for the next roster.
  const raw = numberIn(read.raw) === read.number ? read.raw : read.number
  return { ...read, number, origin: 'roster', ...(raw !== undefined && { raw }) }
}

/** A reading before any roster. */
function asRead({ unlisted: _unlisted, ...bib }: ShownBib): ShownBib {
  return bib.origin === 'roster' ? { ...bib, number: numberIn(bib.raw), origin: 'ocr' } : bib
}

/** The number in a text as it was read, such as `58?`. */
const numberIn = (raw = ''): string =>
  raw
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
