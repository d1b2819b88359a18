// The titles of tests end with the numbers of the requirements that they prove:
// docs/requirements.md must agree with them.
import { readFileSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const TEST_FILES = [
  '{apps,packages}/*/{src,test}/**/*.test.ts',
  '{scripts,faults,fuzz}/*.test.ts',
  'test/e2e/**/*.test.ts',
]
/** `[S0.6]` at the end of a title, `[S0.8, S1.3]` if a test proves two requirements. */
const MARK = /\[(S\d\.\d+(?:, S\d\.\d+)*)\]['"`],/g

const page = readFileSync(join(ROOT, 'docs/requirements.md'), 'utf8')
const promises = [...page.matchAll(/^\| (S\d\.\d+) \| .+ \| (.+) \|$/gm)].map(([, number = '', state = '']) => ({
  number,
  state,
}))
const testsOf = await countTests()

async function countTests(): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const file of glob(TEST_FILES, { cwd: ROOT })) {
    const marks = (await readFile(join(ROOT, file), 'utf8')).matchAll(MARK)
    for (const number of [...marks].flatMap(([, numbers = '']) => numbers.split(', ')))
      counts.set(number, (counts.get(number) ?? 0) + 1)
  }
  return counts
}

const numbers = (source: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${source}.${index + 1}`)

it('has every requirement once', () => {
  const expected = [
    ...numbers('S0', 17),
    ...numbers('S1', 14),
    ...numbers('S2', 13),
    ...numbers('S3', 14),
    ...numbers('S4', 17),
  ]
  expect(promises.map(({ number }) => number)).toEqual(expected)
})

it('does not list a tested requirement as missing', () => {
  const built = new Set(promises.filter(({ state }) => !state.startsWith('not yet')).map(({ number }) => number))
  expect([...testsOf.keys()].filter((number) => !built.has(number))).toEqual([])
})

// The count is checked, too: otherwise a removed test would go unnoticed as long as the requirement
// has others.
it.each(promises.filter(({ state }) => !/^(partly: |not yet\b)/.test(state)))(
  '$number has the stated number of tests',
  ({ number, state }) => {
    const count = testsOf.get(number) ?? 0
    expect(count).toBeGreaterThan(0)
    expect(state).toBe(`met: ${count} ${count === 1 ? 'test' : 'tests'}`)
  },
)
