import { isNeighbour, overlap, touch } from './neighbours.ts'
import type { Text } from './text-reader.ts'
import { boxAround, type Box, cornersOf, hullOf, smallestBox, type TiltedBox } from './tilted-box.ts'

export interface BibReading {
  number: string
  /** 0 to 1. */
  confidence: number
  /** Pixels of the photo as seen, and inside it. */
  box: Box
  /** What was read, before it was cleaned. */
  raw: string
}

interface Size {
  width: number
  height: number
}

interface Candidate {
  number: string
  confidence: number
  box: TiltedBox
  raw: string
  isCut?: boolean | undefined
}

/** Readings below it are more often wrong than right; a person may still want to look at them. */
export const DEFAULT_MIN_CONFIDENCE = 0.8

/** What is less certain is noise, not even worth a person's look. */
const LEAST_CONFIDENCE = 0.5
const MOST_DIGITS = 5
const DIGITS = /^\d{1,5}$/
/** The highest confidence of a reading that may well be a piece of something else. */
const DOUBTFUL = 0.7
/** In pixels of the picture; lower digits look alike, whatever the recognizer believes. */
const LEGIBLE_PX = 12
/** Between the box and the edge of the picture, relative to the height of the box. */
const EDGE = 0.1
/** Gaps between boxes on one line, relative to their height. */
const SPLIT_GAP = 0.35
const WORD_GAP = 1

/** The texts of a picture that are bib numbers; `seen` is the size of the photo as displayed. */
export function toReadings(texts: readonly Text[], picture: Size, seen: Size): BibReading[] {
  const cleaned = texts.map((text) => ({ ...text, number: text.text.normalize('NFKC').trim(), raw: text.text }))
  const numbers = joined(distinct(whole(cleaned.filter(({ number }) => DIGITS.test(number)))))
  const others = cleaned.filter(({ number, confidence }) => isWord(number) && confidence >= DOUBTFUL)
  const scale = seen.width / picture.width
  return numbers
    .filter(({ box }) => !others.some((other) => isNeighbour(box, other.box, WORD_GAP)))
    .map(({ number, confidence, box, raw }) => ({
      number,
      confidence: isDoubtful(number, box, picture) ? Math.min(confidence, DOUBTFUL) : confidence,
      box: boxAround(
        cornersOf(box).map(({ x, y }) => ({ x: x * scale, y: y * scale })),
        seen,
      ),
      raw,
    }))
    .filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
    .toSorted((a, b) => b.confidence - a.confidence)
}

/** "KM", "SINCE" or "1:23:" next to digits make them a distance, a year or a clock. */
const isWord = (text: string): boolean => /\p{L}{2}|[:€$…]/u.test(text)

/**
 * Single digits are more often a piece of a number or of a pattern than a bib; what touches the edge
 * is cut off.
 */
function isDoubtful(number: string, box: TiltedBox, { width }: Size): boolean {
  const xs = cornersOf(box).map(({ x }) => x)
  const isCut = Math.min(...xs) < -EDGE * box.height || Math.max(...xs) > width + EDGE * box.height
  return number.length === 1 || box.height < LEGIBLE_PX || isCut
}

/** Without the pieces, at the end of a tile, of numbers that are whole in another tile or pass. */
const whole = (candidates: readonly Candidate[]): Candidate[] =>
  candidates.filter(({ box, isCut }) => !isCut || !candidates.some((other) => !other.isCut && touch(box, other.box)))

/** One reading of each place: passes at different scales find the same number, or pieces of it. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  const rank = ({ number, confidence }: Candidate): number =>
    confidence >= DEFAULT_MIN_CONFIDENCE ? number.length + confidence : confidence
  const kept: Candidate[] = []
  for (const candidate of candidates.toSorted((a, b) => rank(b) - rank(a)))
    if (!kept.some(({ box }) => overlap(box, candidate.box))) kept.push(candidate)
  return kept
}

/** The detector splits some numbers, above all skewed ones: pieces on one line belong together. */
function joined(candidates: readonly Candidate[]): Candidate[] {
  const result: Candidate[] = []
  for (const candidate of candidates.toSorted((a, b) => a.box.x - b.box.x)) {
    const at = result.findIndex(
      ({ number, box }) =>
        number.length + candidate.number.length <= MOST_DIGITS && isNeighbour(box, candidate.box, SPLIT_GAP),
    )
    const before = result[at]
    if (before) result[at] = joinedWith(before, candidate)
    else result.push(candidate)
  }
  return result
}

function joinedWith(left: Candidate, right: Candidate): Candidate {
  const corners = [...cornersOf(left.box), ...cornersOf(right.box)].toSorted((a, b) => a.y - b.y || a.x - b.x)
  return {
    number: left.number + right.number,
    confidence: Math.min(left.confidence, right.confidence),
    box: smallestBox(hullOf(corners)),
    raw: `${left.raw} ${right.raw}`,
  }
}
