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
  const words = [name, ...textsIn(metadata)].flatMap(wordsIn)
  return [...new Set(words.flatMap((word) => [word, ...beginningsOf(word)]))].slice(0, MAX_WORDS)
}

/** What a person who types this is looking for. */
export function parseSearch(text: string): Search {
  const wanted = text.trim()
  if (ID.test(wanted)) return { id: wanted.toLowerCase() }
  if (JOB_ID.test(wanted)) return { jobId: wanted.toLowerCase() }
  if (CODE.test(wanted)) return { code: wanted }
  // The longest is the rarest: an index finds it, and the others filter.
  return { words: wordsIn(wanted).toSorted((a, b) => b.length - a.length) }
}

/** Lower-case letters without accents, and digits. */
function wordsIn(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, MAX_LENGTH))
}

function beginningsOf(word: string): string[] {
  const lengths = Array.from({ length: PREFIX.to - PREFIX.from + 1 }, (_, index) => PREFIX.from + index)
  return lengths.filter((length) => length < word.length).map((length) => word.slice(0, length))
}

/** The texts and numbers at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
