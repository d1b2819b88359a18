import { imageOptimize } from '@darkroom/contracts'
import pc from 'picocolors'
import type { Photo } from './demo-client.ts'

type Row = string[]

const HEADER: Row = ['photo', 'source', '', '', 'variant', 'size', 'saved', 'time']
/** Numbers are right-aligned. */
const RIGHT_ALIGNED = [3, 5, 6, 7]
/** Fits a terminal, however long the file names are. */
const MOST_COLUMNS = 100
const MOST_NAME = 24

/** One line per variant, or the reason why a photo has none. */
export function resultTable(photos: readonly Photo[]): string {
  const rows = photos.map(rowsOf)
  const widths = HEADER.map((_title, column) =>
    Math.max(...[HEADER, ...rows.flat()].map((row) => (row[column] ?? '').length)),
  )
  const print = (row: Row): string =>
    row
      .map((cell, column) => align(cell, column, widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const lines = photos.flatMap((photo, at) => {
    const printed = (rows[at] ?? []).map(print)
    return photo.fault === undefined
      ? printed
      : [...printed, ...wrapped(`  failed: ${photo.fault}`)].map((line) => pc.red(line))
  })
  return [pc.dim(print(HEADER)), ...lines].join('\n')
}

function align(cell: string, column: number, width: number): string {
  return RIGHT_ALIGNED.includes(column) ? cell.padStart(width) : cell.padEnd(width)
}

function rowsOf({ name: given, task, fault }: Photo): Row[] {
  const name = given.length > MOST_NAME ? `${given.slice(0, MOST_NAME - 1)}…` : given
  if (!task) return [[name]]
  const original = imageOptimize.source.parse(task.source)
  const source = [original.format, pixels(original), formatBytes(original.bytes)]
  if (fault !== undefined) return [[name, ...source]]
  return task.images.map((image, index) => [
    ...(index === 0 ? [name, ...source] : ['', '', '', '']),
    pixels(image),
    formatBytes(image.size),
    `${Math.floor((1 - image.size / original.bytes) * 100)} %`,
    // One job creates all variants of a photo.
    index === 0 ? `${((task.processingTimeMs ?? 0) / 1000).toFixed(2)} s` : '',
  ])
}

/** Wraps between words. */
function wrapped(text: string): string[] {
  const lines = ['']
  for (const word of text.trimEnd().split(/(?<=\S) /)) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + word.length >= MOST_COLUMNS) lines.push(`    ${word}`)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}

function pixels({ width, height }: { width: number; height: number }): string {
  return `${width} x ${height}`
}

export function formatBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
