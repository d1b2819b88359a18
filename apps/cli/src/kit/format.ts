import type { ListedTask } from '@darkroom/client'
import pc from 'picocolors'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `143 kB`: three digits at most. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}

/** `71 ms`, `4.2 s`, `3 min`, `5 h`, `2 d`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`
}

export function bar(percent: number, width = 20): string {
  const shown = Math.round(Math.min(100, Math.max(0, percent)))
  const filled = Math.round((shown / 100) * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${String(shown).padStart(3)} %`
}

const COLOURS: Record<string, (text: string) => string> = {
  completed: pc.green,
  failed: pc.red,
  refused: pc.red,
  cancelled: pc.yellow,
  processing: pc.cyan,
}

export const colourOf = (status: string): ((text: string) => string) => COLOURS[status] ?? pc.dim

/** Columns as wide as their widest cell. Colours are added after the widths are known. */
export function table(
  rows: readonly (readonly string[])[],
  paint = (cell: string, _column: number): string => cell,
): string[] {
  const widths = rows.reduce<number[]>((found, row) => row.map((cell, at) => Math.max(found[at] ?? 0, cell.length)), [])
  return rows.map((row) =>
    row
      .map((cell, at) => paint(cell, at) + ' '.repeat(at === row.length - 1 ? 0 : (widths[at] ?? 0) - cell.length))
      .join('  '),
  )
}

type Outcome = Pick<ListedTask, 'status' | 'error' | 'images' | 'files' | 'result'>

/** What a task has come to, in a few words. */
export function outcomeOf({ status, error, images, files = [] }: Outcome): string {
  if (error) return `${error.code}: ${error.message}`
  if (status !== 'completed') return ''
  const variants = images.map(({ width, height, size }) => `${width}x${height} ${formatBytes(size)}`)
  return (variants.length > 0 ? variants : files.map(({ name, size }) => `${name} ${formatBytes(size)}`)).join(', ')
}
