const BYTES: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }
const MS: Record<string, number> = { ms: 1, s: 1e3, min: 60e3, h: 3600e3, d: 86_400e3 }
const SECONDS = Object.fromEntries(Object.entries(MS).map(([unit, ms]) => [unit, ms / 1000]))

/** What a setting is measured in, by the end of its name. */
const MEASURES: { ending: string; units: Record<string, number>; like: string }[] = [
  { ending: '_BYTES', units: BYTES, like: 'bytes, or like 50MiB' },
  { ending: '_MS', units: MS, like: 'milliseconds, or like 30s' },
  { ending: '_SECONDS', units: SECONDS, like: 'seconds, or like 7d' },
]

const measureOf = (name: string) => MEASURES.find(({ ending }) => name.endsWith(ending))

/** `50MiB` of a setting in bytes is `52428800`; text without a unit that fits is left alone. */
export function inOwnUnit(name: string, text: string): string {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text.trim()) ?? []
  const { units = {} } = measureOf(name) ?? {}
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
  return factor === undefined ? text : String(Number((Number(amount) * factor).toPrecision(15)))
}

/** What may be written, for the message of an error; empty for a setting without a unit. */
export function unitHint(name: string): string {
  const measure = measureOf(name)
  return measure ? ` (${measure.like})` : ''
}
