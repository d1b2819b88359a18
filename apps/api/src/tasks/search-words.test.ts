import { expect, it } from 'vitest'
import { parseSearch, searchWordsOf } from './search-words.ts'

const found = (task: Parameters<typeof searchWordsOf>[0], text: string): boolean => {
  const search = parseSearch(text)
  return 'words' in search && search.words.every((word) => searchWordsOf(task).includes(word))
}
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

it.each(['im', '041', 'beach', 'img beach', 'race'])('a task is not found by %j', (text) => {
  expect(found(task, text)).toBe(false)
})

it('recognises ids and the codes of errors', () => {
  const jobId = '0192A3B4-c5d6-7e8f-9012-3456789abcde'
  expect(parseSearch(' 65D4F0C2A1B2C3D4E5F60718 ')).toEqual({ id: '65d4f0c2a1b2c3d4e5f60718' })
  expect(parseSearch(jobId)).toEqual({ jobId: jobId.toLowerCase() })
  expect(parseSearch('IMAGE_CORRUPT')).toEqual({ code: 'IMAGE_CORRUPT' })
})

it('has a limited number of words, however much metadata there is', () => {
  const metadata = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [index, `metadata${index}`]))
  expect(searchWordsOf({ name: 'a.jpg', metadata })).toHaveLength(40)
})

it('reads no more of the metadata than it needs', () => {
  const many = Array.from({ length: 100 }, (_, index) => `metadata${index}`)
  const unread = {
    get text(): string {
      throw new Error('read')
    },
  }
  expect(searchWordsOf({ name: 'a.jpg', metadata: { many, unread } })).toHaveLength(40)
})
