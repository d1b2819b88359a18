// The log messages quoted in docs/operations.md exist in the sources, so that searching for them
// works.
import { readFileSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSync, Visitor, type Argument } from 'oxc-parser'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal']

const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
const messages = await readMessages()

/** All messages that the programs can log, as far as they are literals in the call itself. */
async function readMessages(): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob('{apps,packages}/*/src/**/*.ts', { cwd: ROOT, exclude: ['**/*.test.ts'] })) {
    const text = await readFile(join(ROOT, file), 'utf8')
    new Visitor({
      CallExpression({ callee, arguments: given }) {
        if (callee.type !== 'MemberExpression' || !/\blog$/.test(text.slice(callee.object.start, callee.object.end)))
          return
        const isLevel =
          callee.computed || (callee.property.type === 'Identifier' && LEVELS.includes(callee.property.name))
        if (isLevel) found.push(...textsOf(given.at(-1)))
      },
    }).visit(parseSync(file, text).program)
  }
  return found
}

/** A part that is only known at run time is written as `…`. */
function textsOf(argument: Argument | undefined): string[] {
  if (argument?.type === 'ConditionalExpression')
    return [...textsOf(argument.consequent), ...textsOf(argument.alternate)]
  if (argument?.type === 'TemplateLiteral') return [argument.quasis.map(({ value }) => value.cooked).join('…')]
  return argument?.type === 'Literal' && typeof argument.value === 'string' ? [argument.value] : []
}

/** The text in backticks in a column of the page's tables. */
function quotesUnder(title: string): string[] {
  const cells: string[] = []
  let column = -1
  for (const line of page.split('\n')) {
    const row = line.split('|').map((cell) => cell.trim())
    if (row.length === 1) column = -1
    else if (column === -1) column = row.indexOf(title)
    else cells.push(row[column] ?? '')
  }
  const quotes = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)]).map(([, quote = '']) => quote)
  if (quotes.length === 0) throw new Error(`docs/operations.md quotes nothing under "${title}"`)
  return quotes
}

// The columns also contain field and metric names: single words.
const seen = quotesUnder('what you see').filter((quote) => quote.includes(' '))

it.each([...new Set([...quotesUnder('message'), ...seen])])('`%s` is logged', (quote) => {
  expect(messages.filter((message) => fits(quote, message) || fits(message, quote))).not.toEqual([])
})

/**
 * Whether a text matches the pattern, in which `…` stands for an omitted part next to the words
 * that identify the message.
 */
function fits(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('…')
  if (end === undefined) return pattern === text
  return (start + end).trim() !== '' && text.startsWith(start) && text.endsWith(end)
}
