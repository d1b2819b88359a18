/** Shorter names are too close to those that every machine has: HOST and HOME. */
const LEAST_LENGTH = 8
const CLOSE = 2

/** A line for each variable whose name is nearly that of a setting and is read by nobody. */
export function nearMisses(names: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const known = new Set(names)
  return Object.keys(env)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = names.find((one) => one.length >= LEAST_LENGTH && distance(name.toUpperCase(), one) <= CLOSE)
      return meant === undefined ? [] : [`${name} is not a setting of Darkroom and is ignored. Did you mean ${meant}?`]
    })
}

/** Levenshtein's: how many characters must be added, removed or replaced. */
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
