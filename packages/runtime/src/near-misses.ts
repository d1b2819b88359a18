/** Shorter names are too similar to those on every machine, such as HOME and HOST. */
const LEAST_LENGTH = 8
const CLOSE = 2

/** One line for each unknown variable whose name is similar to that of a setting. */
export function nearMisses(names: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const known = new Set(names)
  return Object.keys(env)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = names.find((one) => one.length >= LEAST_LENGTH && distance(name.toUpperCase(), one) <= CLOSE)
      return meant === undefined ? [] : [`${name} is not a setting of Darkroom and is ignored. Did you mean ${meant}?`]
    })
}

/** Levenshtein distance: the number of characters to add, remove or replace. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > CLOSE) return Infinity
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
