import { HEX_ID } from '@darkroom/contracts'

/** What a search looks for: a task by its id, failed tasks by the code of their error, or words. */
export type Search = { id: string } | { jobId: string } | { code: string } | { words: EntryTest[] }

/** What the entries of a task must contain: one of these, or one that begins like this. */
export type EntryTest = { anyOf: string[] } | { beginning: string }

/** A name of 255 letters seldom has more than 50. */
const MAX_WORDS = 100
/**
 * An entry takes some 45 bytes of the index (tenant, word, time and id, before compression) and 20
 * of the document: 13 KB at most. A photo with a plain name has five.
 */
const MAX_ENTRIES = 200
const MAX_LENGTH = 40
/** Words are also found by their beginnings of these lengths, while somebody types. */
const BEGINNINGS = { from: 3, to: 12 }
/**
 * Where no space separates words, one may begin at any letter. Intl.Segmenter would divide what is
 * half typed differently from the whole: こんにち, but こんにちは.
 */
const UNSPACED = { beginnings: { from: 1, to: 2 }, length: 12 }
const LETTERS_WITHOUT_SPACES = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]`
const IS_UNSPACED = new RegExp(`^${LETTERS_WITHOUT_SPACES}`, 'v')
const RUNS = new RegExp(
  String.raw`[[\p{L}\p{N}]&&${LETTERS_WITHOUT_SPACES}]+|[[\p{L}\p{N}]--${LETTERS_WITHOUT_SPACES}]+`,
  'gv',
)
const ID = new RegExp(`^${HEX_ID}$`, 'i')
const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Without digits: `IMG_2041` is the name of a photo. */
const CODE = /^[A-Z]+(_[A-Z]+)+$/

/**
 * The entries by which a task is found: the words of its name and metadata, and the beginnings of
 * the first ones.
 */
export function searchWordsOf({ name, metadata }: { name: string; metadata: Record<string, unknown> }): string[] {
  const words = firstOf(wordsOf({ name, metadata }), MAX_WORDS)
  const entries = new Set(words)
  for (const word of words) {
    const beginnings = beginningsOf(word)
    // All of a word or none: with some of them, another letter would lose the task.
    if (entries.size + beginnings.length > MAX_ENTRIES) break
    for (const beginning of beginnings) entries.add(beginning)
  }
  return [...entries]
}

/** What a person who types this is looking for. */
export function parseSearch(text: string): Search {
  const wanted = text.trim()
  if (ID.test(wanted)) return { id: wanted.toLowerCase() }
  if (JOB_ID.test(wanted)) return { jobId: wanted.toLowerCase() }
  if (CODE.test(wanted)) return { code: wanted }
  return { words: testsOf(wanted) }
}

function testsOf(text: string): EntryTest[] {
  const typed = new Set([...runsIn(text)].flatMap((run) => [...wordsIn(run, UNSPACED.length)]))
  // The longest is the rarest: an index finds it, and the others filter.
  const words = [...typed].toSorted((a, b) => b.length - a.length)
  const isFound = words.some(hasBeginnings)
  return words.flatMap((word): EntryTest[] => {
    const start = firstLetters(word, beginningsFor(word).to)
    // Of a word after the first ones there is only the whole.
    if (start !== word) return [{ anyOf: [start, word] }, { beginning: word }]
    return [hasBeginnings(word) || !isFound ? { anyOf: [word] } : { beginning: word }]
  })
}

/** One after the other: of large metadata only the beginning is looked at. */
function* wordsOf(value: unknown): Generator<string> {
  for (const text of textsIn(value)) for (const run of runsIn(text)) yield* wordsIn(run, 1)
}

/** Lower-case letters without accents, and digits. */
function* runsIn(text: string): Generator<string> {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  for (const [run] of plain.matchAll(RUNS)) yield run
}

/** Without spaces, what is stored begins at every letter; what is looked for, where the last part ended. */
function* wordsIn(run: string, step: number): Generator<string> {
  if (!IS_UNSPACED.test(run)) return yield firstLetters(run, MAX_LENGTH)
  const letters = [...run]
  for (let at = 0; at < letters.length; at += step) yield letters.slice(at, at + UNSPACED.length).join('')
}

function beginningsOf(word: string): string[] {
  const { from, to } = beginningsFor(word)
  const letters = [...word]
  const lengths = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  return lengths.filter((length) => length < letters.length).map((length) => letters.slice(0, length).join(''))
}

const beginningsFor = (word: string): typeof BEGINNINGS => (IS_UNSPACED.test(word) ? UNSPACED.beginnings : BEGINNINGS)

const hasBeginnings = (word: string): boolean => [...word].length >= beginningsFor(word).from

/** Not half of a letter that takes two units. */
const firstLetters = (word: string, count: number): string => [...word].slice(0, count).join('')

function firstOf<T>(items: Iterable<T>, count: number): Set<T> {
  const first = new Set<T>()
  for (const item of items) {
    first.add(item)
    if (first.size === count) break
  }
  return first
}

/** The texts and numbers at any depth. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'number') yield String(value)
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* textsIn(inner)
}
