import { parseArgs } from 'node:util'

/** The options of a benchmark, `--name 5`, each with its default. Throws for anything else. */
export function wholeNumbers<Name extends string>(
  args: readonly string[],
  defaults: Record<Name, number>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[]
  const options = Object.fromEntries(
    names.map((name) => [name, { type: 'string', default: String(defaults[name]) } as const]),
  )
  const { values } = parseArgs({ args: [...args], options })
  const numbers = Object.fromEntries(names.map((name) => [name, Number(values[name])])) as Record<Name, number>
  if (Object.values<number>(numbers).some((value) => !Number.isInteger(value) || value < 1)) {
    throw new Error(`Options must be whole numbers, 1 or more: ${names.map((name) => `--${name}`).join(', ')}.`)
  }
  return numbers
}
