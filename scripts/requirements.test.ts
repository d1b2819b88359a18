// docs/requirements.md names a test for every promise: here it is held to the tests that exist.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = await readFile(join(root, 'docs/requirements.md'), 'utf8')

interface Row {
  number: string
  /** Said to be kept in part or not yet: then there need be no proof. */
  isOpen: boolean
  proofs: { file: string; title: string }[]
}

const promises: Row[] = [...page.matchAll(/^\| (S\d\.\d+) \| .+ \| (.+) \|$/gm)].map(([, number = '', proofs = '']) => ({
  number,
  isOpen: /^(partly|not yet)\b/.test(proofs),
  proofs: [...proofs.matchAll(/`([^`›]+) › ([^`]+)`/g)].map(([, file = '', title = '']) => ({ file, title })),
}))

const numbers = (source: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${source}.${index + 1}`)

it('has every promise once', () => {
  const expected = [...numbers('S0', 17), ...numbers('S1', 14), ...numbers('S2', 13), ...numbers('S3', 14), ...numbers('S4', 17)]
  expect(promises.map(({ number }) => number)).toEqual(expected)
})

it.each(promises)('$number is proved by tests that there are, or said to be open', async ({ isOpen, proofs }) => {
  if (!isOpen) expect(proofs.length).toBeGreaterThan(0)
  for (const { file, title } of proofs) {
    expect(file).toMatch(/\.test\.ts$/)
    const text = await readFile(join(root, file), 'utf8').catch(() => '')
    const isThere = ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote}, `))
    expect({ file, title, isThere }).toEqual({ file, title, isThere: true })
  }
})
