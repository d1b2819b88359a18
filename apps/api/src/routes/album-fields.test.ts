import { expect, it } from 'vitest'
import { photoQuery } from './album-fields.ts'

it.each([
  ['', 'is empty'],
  ['5-7', 'must have digits and letters only'],
])('a search for "%s" names one fault', (bib, fault) => {
  expect(photoQuery.safeParse({ bib }).error?.issues.map(({ message }) => message)).toEqual([fault])
})
