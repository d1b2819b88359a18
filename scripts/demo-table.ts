import { join } from 'node:path'
import pc from 'picocolors'
import type { Photo } from './demo-client.ts'

type Row = string[]

const HEADER: Row = ['photo', 'source', '', '', 'variant', 'size', 'saved', 'time', 'file']
/** Numbers are read from their last digit. */
const RIGHT_ALIGNED = [3, 5, 6, 7]

/** A line a variant, or a line with the reason for a photo that has none. */
export function resultTable(photos: readonly Photo[], dataDir: string): string {
  const rows = photos.map((photo) => rowsOf(photo, dataDir))
  const all = [HEADER, ...rows.flat()]
  const widths = HEADER.map((_title, column) => Math.max(...all.map((row) => widthOf(row, column))))
  const print = (row: Row): string =>
    row
      .map((cell, column) => align(cell, column, widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [
    pc.dim(print(HEADER)),
    ...rows.flatMap((group, at) => group.map((row) => (photos[at]?.fault ? pc.red(print(row)) : print(row)))),
  ].join('\n')
}

/** The last cell of a row has nothing after it that would have to line up, and a reason or a path may be long. */
function widthOf(row: Row, column: number): number {
  return column === row.length - 1 ? 0 : (row[column] ?? '').length
}

function align(cell: string, column: number, width: number): string {
  return RIGHT_ALIGNED.includes(column) ? cell.padStart(width) : cell.padEnd(width)
}

function rowsOf({ name, task, fault }: Photo, dataDir: string): Row[] {
  const source = task ? [task.source.format, pixels(task.source), formatBytes(task.source.bytes)] : ['', '', '']
  if (fault !== undefined || !task) return [[name, ...source, `failed: ${fault ?? 'no answer'}`]]
  return task.images.map((image, index) => [
    ...(index === 0 ? [name, ...source] : ['', '', '', '']),
    pixels(image),
    formatBytes(image.size),
    `${Math.floor((1 - image.size / task.source.bytes) * 100)} %`,
    // One job makes all variants of a photo.
    index === 0 ? `${((task.processingTimeMs ?? 0) / 1000).toFixed(2)} s` : '',
    join(dataDir, image.path),
  ])
}

function pixels({ width, height }: { width: number; height: number }): string {
  return `${width} x ${height}`
}

export function formatBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
