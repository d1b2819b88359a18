import { expect, it } from 'vitest'
import { assertNamedAfter, contentTypeOf, parseAssetName } from './asset-name.ts'

it.each(['harbour.jpg', 'A-1_b.jpeg', '1.png', `${'x'.repeat(80)}.webp`])('%s is a name', (name) => {
  expect(parseAssetName(name)).toBe(name)
})

it.each([
  '',
  '.jpg',
  'a',
  'a.gif',
  'a.JPG',
  '../a.jpg',
  'a/b.jpg',
  'a\\b.jpg',
  'a b.jpg',
  'ä.jpg',
  'a.b.jpg',
  'a.jpg\n',
  '-a.jpg',
  `${'x'.repeat(81)}.jpg`,
])('%j is no name', (name) => {
  expect(() => parseAssetName(name)).toThrow(expect.objectContaining({ code: 'INVALID_FIELD' }))
})

it('a name has the extension of its content', () => {
  expect(['a.jpg', 'a.jpeg', 'a.png', 'a.webp'].map(contentTypeOf)).toEqual([
    'image/jpeg',
    'image/jpeg',
    'image/png',
    'image/webp',
  ])
  assertNamedAfter('a.jpeg', 'jpeg')
  expect(() => assertNamedAfter('a.jpg', 'png')).toThrow('call it a.png')
})
