import type { SKRSContext2D } from '@napi-rs/canvas'
import { fontFiles, type Weight } from '../fonts/font-files.ts'

/** The box that a text must stay in, and the size it has if there is room. */
export interface TextBox {
  weight: Weight
  size: number
  maxWidth: number
  maxHeight: number
}

export interface FittedText {
  font: string
  size: number
  lineHeight: number
  lines: string[]
}

const LINE_HEIGHT = 1.18
/** A single line shrinks down to this share of its size before the text is wrapped. */
const ONE_LINE_SHARE = 0.62
const STEP = 0.94

const FAMILIES = fontFiles(400)
  .map(({ family }) => `"${family}"`)
  .join(', ')

export const fontOf = (weight: Weight, size: number): string => `${weight} ${size.toFixed(2)}px ${FAMILIES}`

/**
 * Fits a text into a box: on one line at its full size; else smaller; else on several lines, as
 * large as the box allows. A word that is too long for a line is broken.
 */
export function fitText(context: SKRSContext2D, text: string, box: TextBox): FittedText {
  const { weight, size, maxWidth, maxHeight } = box
  for (let smaller = size; smaller >= size * ONE_LINE_SHARE; smaller *= STEP) {
    context.font = fontOf(weight, smaller)
    if (context.measureText(text).width <= maxWidth && smaller * LINE_HEIGHT <= maxHeight)
      return fitted(weight, smaller, [text])
  }
  for (let smaller = size; ; smaller *= STEP) {
    context.font = fontOf(weight, smaller)
    const lines = wrap(text, (line) => context.measureText(line).width <= maxWidth)
    if (lines.length * smaller * LINE_HEIGHT <= maxHeight) return fitted(weight, smaller, lines)
  }
}

const fitted = (weight: Weight, size: number, lines: string[]): FittedText => ({
  font: fontOf(weight, size),
  size,
  lineHeight: size * LINE_HEIGHT,
  lines,
})

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function wrap(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (fits(longer)) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const [last = '', ...before] = broken(word, fits).toReversed()
    lines.push(...before.toReversed())
    line = last
  }
  return [...lines, line]
}

function broken(word: string, fits: (line: string) => boolean): string[] {
  if (fits(word)) return [word]
  const parts = ['']
  for (const { segment } of graphemes.segment(word)) {
    const part = parts.at(-1) ?? ''
    // A line takes at least one character, however narrow the box is.
    if (part === '' || fits(part + segment)) parts[parts.length - 1] = part + segment
    else parts.push(segment)
  }
  return parts
}
