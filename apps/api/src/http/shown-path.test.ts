import { expect, it } from 'vitest'
import { shownPath } from './shown-path.ts'

it.each([
  ['/api/v1/tasks/7?status=failed', '/api/v1/tasks/7'],
  ['/d/secret', '/d/...'],
  ['//D/secret/more?resolution=800', '//d/...'],
  ['http://photos.example/d/secret', 'http://photos.example/d/...'],
  ['/api/v1/keys/drk_5f2b90c1d4e7a836_secret/rotate', '/api/v1/keys/dr*_.../rotate'],
  ['/api/v1/tasks/dru%5Fsecret', '/api/v1/tasks/dr*_...'],
])('of %s, %s is shown', (originalUrl, shown) => {
  expect(shownPath({ originalUrl })).toBe(shown)
})
