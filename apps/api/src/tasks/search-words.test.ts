import { expect, it } from 'vitest'
import { parseSearch, searchWordsOf, type EntryTest } from './search-words.ts'

const passes = (entries: readonly string[], test: EntryTest): boolean =>
  'anyOf' in test
    ? test.anyOf.some((word) => entries.includes(word))
    : entries.some((entry) => entry.startsWith(test.beginning))
const found = (task: Parameters<typeof searchWordsOf>[0], text: string): boolean => {
  const search = parseSearch(text)
  return 'words' in search && search.words.length > 0 && search.words.every((test) => passes(searchWordsOf(task), test))
}
const named = (name: string) => ({ name, metadata: {} })
const task = {
  name: 'IMG_2041 (Küste).JPG',
  metadata: { race: { place: 'Valencia' }, runner: 587, tags: ['Start', null] },
}

it.each(['img', '2041', 'kuste', 'Küs', 'jpg img', 'valencia', 'vale', '587', 'start KUSTE', 'IMG_2041'])(
  'a task is found by %j',
  (text) => {
    expect(found(task, text)).toBe(true)
  },
)

it.each(['im', '041', 'beach', 'img beach', 'race', '.*', '(', ' '])('a task is not found by %j', (text) => {
  expect(found(task, text)).toBe(false)
})

it('every word of a long name and of much metadata is found', () => {
  const places = ['Alicante', 'Barcelona', 'Castellón', 'Guadalajara', 'Salamanca', 'Valencia', 'Zaragoza']
  const name = `${places.map((place) => `${place} championship`).join(', ')}.jpg`
  const metadata = { notes: 'the runner with the yellow jersey', club: 'Correcaminos', sponsor: { name: 'Quokka' } }
  for (const text of [...places, 'jersey', 'correcaminos', 'quokka', 'jpg'])
    expect([text, found({ name, metadata }, text)]).toEqual([text, true])
})

it.each([
  ['IMG2026053012345678.jpg', 'IMG2026053012345678'],
  ['x'.repeat(60), 'x'.repeat(60)],
  ['beach img.jpg', 'beach img'],
  ['𠮷野家のラーメン.jpg', '𠮷野家のラーメン'],
  ['เชียงใหม่มาราธอน.jpg', 'เชียงใหม่มาราธอน'],
])('%j is found from the third letter of a word to the last', (name, text) => {
  const letters = [...text]
  for (let length = 3; length <= letters.length; length++) {
    const typed = letters.slice(0, length).join('')
    expect([typed, found(named(name), typed)]).toEqual([typed, true])
  }
})

it('what follows the first twelve letters of a word matters', () => {
  expect(found(named('IMG2026053012.jpg'), 'IMG2026053013')).toBe(false)
})

it('one or two letters are a whole word, or next to a longer one its beginning', () => {
  expect(found(named('a b12 im.jpg'), 'a')).toBe(true)
  expect(found(named('a b12 im.jpg'), 'b im')).toBe(false)
  expect(found(named('a b12 im.jpg'), 'b jpg')).toBe(true)
  expect(found(named('a b12 im.jpg'), '2 jpg')).toBe(false)
})

it.each(['日', '本', '日本', '本語', '日本語', '語2026', '写真', 'img日', 'コーヒー'])(
  'without spaces between words, any part is found: %j',
  (text) => {
    expect(found(named('IMG日本語2026 写真展 コーヒー.jpg'), text)).toBe(true)
  },
)

it.each(['本日', '日語', '写展', '日本人'])('without spaces between words, letters stay in order: %j', (text) => {
  expect(found(named('IMG日本語2026 写真展 コーヒー.jpg'), text)).toBe(false)
})

it('recognises ids and the codes of errors', () => {
  const jobId = '0192A3B4-c5d6-7e8f-9012-3456789abcde'
  expect(parseSearch(' 65D4F0C2A1B2C3D4E5F60718 ')).toEqual({ id: '65d4f0c2a1b2c3d4e5f60718' })
  expect(parseSearch(jobId)).toEqual({ jobId: jobId.toLowerCase() })
  expect(parseSearch('IMAGE_CORRUPT')).toEqual({ code: 'IMAGE_CORRUPT' })
})

it('has a limited number of entries, however much metadata there is', () => {
  const metadata = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [index, `${index}metadata`]))
  const entries = searchWordsOf({ name: 'beach.jpg', metadata })
  expect(entries.length).toBeLessThanOrEqual(200)
  expect(entries.filter((entry) => entry.endsWith('metadata'))).toHaveLength(98)
  expect(entries).toEqual(expect.arrayContaining(['beach', 'bea', 'beac', '0metadata', '0me', '97metadata']))
})

it('a word has all of its beginnings or none', () => {
  const metadata = Array.from({ length: 100 }, (_, index) => `${String(index).padStart(3, '0')}metadata`)
  const entries = new Set(searchWordsOf({ name: 'a.jpg', metadata: { metadata } }))
  const counts = metadata.map(
    (word) => [5, 6, 7, 8, 9, 10].filter((length) => entries.has(word.slice(0, length))).length,
  )
  expect(new Set(counts)).toEqual(new Set([6, 0]))
})

it('a long word after those with beginnings is found as a whole', () => {
  const many = Array.from({ length: 90 }, (_, index) => `${index}metadata`)
  const late = { name: 'a.jpg', metadata: { many, club: 'Correcaminosdevalencia' } }
  expect(found(late, 'correcaminosdevalencia')).toBe(true)
  expect(found(late, 'correcaminos')).toBe(false)
})

it('reads no more of the metadata than it needs', () => {
  const many = Array.from({ length: 100 }, (_, index) => `metadata${index}`)
  const unread = {
    get text(): string {
      throw new Error('read')
    },
  }
  expect(searchWordsOf({ name: 'a.jpg', metadata: { many, unread } })).toContain('metadata97')
})
