import type { Words } from './english.ts'
import type { Formats } from './formats.ts'

/** `79 % smaller`, or `3 % larger` as it may be with small originals. */
export function sizeChange({ task }: Words, formats: Formats, size: { before: number; after: number }): string {
  const grown = size.before === 0 ? 0 : size.after / size.before - 1
  if (Math.abs(grown) < 0.005) return task.sameSize
  return grown < 0 ? task.smaller(formats.share(-grown)) : task.larger(formats.share(grown))
}
