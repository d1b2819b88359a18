import { HEX_ID } from '@darkroom/contracts'

/** What a search looks for: a task by its id, failed tasks by the code of their error, or words. */
export type Search = { id: string } | { jobId: string } | { code: string } | { words: string[] }

const MAX_WORDS = 40
const MAX_LENGTH = 40
/** Words are also found by their beginnings of these lengths, while somebody types. */
const PREFIX = { from: 3, to: 12 }
const ID = new RegExp(`^${HEX_ID}$`, 'i')
const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Without digits: `IMG_2041` is the name of a photo. */
const CODE = /^[A-Z]+(_[A-Z]+)+$/

/**
 * The words by which a task is found: those of its name and metadata, and their beginnings. Each is
 * an entry of an index, so their number is limited.
 */
export function searchWordsOf({ name, metadata }: { name: string; metadata: Record<string, unknown> }): string[] {
  const found = new Set<string>()
  for (const entry of entriesOf({ name, metadata })) {
    found.add(entry)
    if (found.size === MAX_WORDS) break
  }
  return [...found]
}

/** One after the other: of large metadata only the beginning is looked at. */
function* entriesOf(value: unknown): Generator<string> {
  for (const text of textsIn(value))
    for (const word of wordsIn(text)) {
      yield word
      yield* beginningsOf(word)
    }
}

/** What a person who types this is looking for. */
export function parseSearch(text: string): Search {
  const wanted = text.trim()
  if (ID.test(wanted)) return { id: wanted.toLowerCase() }
  if (JOB_ID.test(wanted)) return { jobId: wanted.toLowerCase() }
  if (CODE.test(wanted)) return { code: wanted }
  // The longest is the rarest: an index finds it, and the others filter.
  return { words: [...wordsIn(wanted)].toSorted((a, b) => b.length - a.length) }
}

/** Lower-case letters without accents, and digits. */
function* wordsIn(text: string): Generator<string> {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) yield word.slice(0, MAX_LENGTH)
}

function beginningsOf(word: string): string[] {
  const lengths = Array.from({ length: PREFIX.to - PREFIX.from + 1 }, (_, index) => PREFIX.from + index)
  return lengths.filter((length) => length < word.length).map((length) => word.slice(0, length))
}

/** The texts and numbers at any depth. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'number') yield String(value)
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* textsIn(inner)
}
