import { boxAround, cornersOf, type Box } from './tilted-box.ts'
import type { Text } from './text-reader.ts'

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

/** Readings below it are more often wrong than right; a person may still want to look at them. */
export const DEFAULT_MIN_CONFIDENCE = 0.8

const NUMBER = /^\d{1,5}$/

/** The texts of a picture that are bib numbers; `seen` is the size of the photo as displayed. */
export function toReadings(texts: readonly Text[], picture: Size, seen: Size): BibReading[] {
  const scale = seen.width / picture.width
  return texts
    .flatMap(({ text, confidence, box }) => {
      const number = text.normalize('NFKC').trim()
      const corners = cornersOf(box).map(({ x, y }) => ({ x: x * scale, y: y * scale }))
      return NUMBER.test(number) ? [{ number, confidence, box: boxAround(corners, seen), raw: text }] : []
    })
    .toSorted((a, b) => b.confidence - a.confidence)
}
