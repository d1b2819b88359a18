import { Readable } from 'node:stream'
import { setImmediate as breathe } from 'node:timers/promises'
import type { RosterEntry } from '@darkroom/contracts'
import { CsvError, parse } from 'csv-parse'
import { AppError, type FieldError } from '../app-error.ts'
import { MAX_ROSTER_NUMBERS, rosterName, rosterNumber } from './roster-fields.ts'

/** An entry as it was sent, and where: "line 17", or "entry 17" and its JSON pointer. */
interface Given {
  number: unknown
  name: unknown
  place: string
  pointer: string
}

const EXAMPLE = 'A roster is CSV such as "number,name", then "587,Ana Rojas" on the next line.'
const MAX_ERRORS = 20
const MAX_RECORD_CHARACTERS = 10_000
/** Parsed at once; then other requests get their turn. */
const CHUNK_CHARACTERS = 64 * 1024
const CHUNK_ENTRIES = 2000
const DELIMITERS = [',', ';', '\t']
const REPLACEMENT = '\u{FFFD}'

/**
 * Reads a roster in CSV: a header with the column `number`, perhaps `name`, and any others, which
 * are ignored. Throws INVALID_ROSTER, which names the lines.
 */
export async function parseCsvRoster(text: string): Promise<RosterEntry[]> {
  const garbled = text.indexOf(REPLACEMENT)
  if (garbled !== -1) throw invalid([faultIn(lineOf(text, garbled), 'is not UTF-8 text: save the CSV as UTF-8')])
  return toEntries(readRows(text))
}

/** Reads a roster that was sent as JSON. Throws INVALID_ROSTER, which names the entries. */
export function parseJsonRoster(entries: readonly { number: unknown; name?: unknown }[]): Promise<RosterEntry[]> {
  return toEntries(
    entries.map(({ number, name }, at) => ({ number, name, place: `entry ${at + 1}`, pointer: `/numbers/${at}` })),
  )
}

async function* readRows(text: string): AsyncGenerator<Given> {
  const parser = Readable.from(chunksOf(text)).pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(text),
      columns: toColumns,
      info: true,
      trim: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_CHARACTERS,
    }),
  )
  try {
    for await (const { record, info } of parser as AsyncIterable<Row>)
      yield { ...record, place: `line ${info.lines}`, pointer: `/lines/${info.lines}` }
  } catch (error) {
    if (error instanceof CsvError) throw invalid([faultIn(Number(error['lines'] ?? 1), reasonOf(error))])
    throw error
  }
}
interface Row {
  record: { number?: string; name?: string } & Pick<Given, 'number' | 'name'>
  info: { lines: number }
}

function* chunksOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; from += CHUNK_CHARACTERS) yield text.slice(from, from + CHUNK_CHARACTERS)
}

/** The one that occurs most often in the header. */
function delimiterOf(text: string): string {
  const header = text.slice(0, 1000).split(/[\r\n]/, 1)[0] ?? ''
  return DELIMITERS.toSorted((a, b) => header.split(b).length - header.split(a).length)[0] ?? ','
}

function toColumns(header: string[]): (string | false)[] {
  const names = header.map((name) => name.toLowerCase())
  if (names.includes('number')) return names.map((name, at) => names.indexOf(name) === at && KNOWN.has(name) && name)
  const seen = names.join(', ').slice(0, 100)
  throw invalid([faultIn(1, `is not a header with the column "number", but has: ${seen}`)])
}
const KNOWN = new Set(['number', 'name'])

async function toEntries(given: Iterable<Given> | AsyncIterable<Given>): Promise<RosterEntry[]> {
  const entries: RosterEntry[] = []
  const places = new Map<string, string>()
  const errors: FieldError[] = []
  for await (const each of given) {
    const entry = toEntry(each, places, errors)
    if (errors.length >= MAX_ERRORS) break
    if (!entry) continue
    entries.push(entry)
    if (entries.length > MAX_ROSTER_NUMBERS)
      throw invalid([
        { pointer: each.pointer, detail: `${each.place}: a roster has at most ${MAX_ROSTER_NUMBERS} numbers` },
      ])
    if (entries.length % CHUNK_ENTRIES === 0) await breathe()
  }
  if (errors.length > 0) throw invalid(errors)
  if (entries.length === 0) throw new AppError('INVALID_ROSTER', `The roster has no numbers. ${EXAMPLE}`)
  return entries
}

function toEntry(given: Given, places: Map<string, string>, errors: FieldError[]): RosterEntry | undefined {
  const number = rosterNumber.safeParse(given.number ?? '')
  const name = rosterName.safeParse(given.name ?? '')
  const say = (field: string, detail: string): undefined =>
    void errors.push({ pointer: `${given.pointer}/${field}`, detail: `${given.place}: the ${field} ${detail}` })
  if (!number.success) return say('number', number.error.issues[0]?.message ?? 'is invalid')
  if (!name.success) return say('name', name.error.issues[0]?.message ?? 'is invalid')
  const first = places.get(number.data)
  if (first !== undefined) return say('number', `${number.data} is already in ${first}`)
  places.set(number.data, given.place)
  return { number: number.data, ...(name.data && { name: name.data }) }
}

const faultIn = (line: number, what: string): FieldError => ({
  pointer: `/lines/${line}`,
  detail: `line ${line} ${what}`,
})

const invalid = (errors: FieldError[]): AppError =>
  new AppError(
    'INVALID_ROSTER',
    `${errors
      .map(({ detail }) => detail)
      .join('; ')
      .slice(0, 500)}. ${EXAMPLE}`,
    { errors },
  )

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length

const reasonOf = ({ code, message }: CsvError): string =>
  code === 'CSV_RECORD_INCONSISTENT_COLUMNS'
    ? 'has not as many columns as the header'
    : code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'opens a quote that is never closed'
      : `is not CSV: ${message.split(/[\n:]/, 1)[0] ?? ''}`
