import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanName } from './clean-name.ts'

describe('a clean name', () => {
  it.each([
    ['beach.jpg', 'beach.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\photo.png', 'photo.png'],
    ['folder/', 'folder'],
    ['a\r\nSet-Cookie: x=1', 'a Set-Cookie: x=1'],
    ['evil\u202egpj.exe', 'evil gpj.exe'],
    ['  two   words  ', 'two words'],
    ['фото 写真.jpg', 'фото 写真.jpg'],
    ['', 'image'],
    ['///', 'image'],
    ['\0', 'image'],
    ['👩‍👩‍👧 می‌خواهم.jpg', '👩‍👩‍👧 می‌خواهم.jpg'],
    ['\u200d\u200c', 'image'],
    ['a\u200b\ufeffb\u2066.jpg', 'a b .jpg'],
  ])('of %j is %j', (given, clean) => {
    expect(cleanName(given)).toBe(clean)
  })

  it('is short, well-formed, visible and never empty, whatever the input', { timeout: 60_000 }, () => {
    const anyName = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
    )
    fc.assert(
      fc.property(anyName, (given) => {
        const name = cleanName(given)
        expect([...name].length).toBeGreaterThan(0)
        expect([...name].length).toBeLessThanOrEqual(255)
        expect(name.isWellFormed()).toBe(true)
        expect(name).not.toMatch(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff/\\]/u)
        expect(name).toMatch(/[^\p{Cf}\s]/u)
        expect(cleanName(name)).toBe(name)
      }),
      { numRuns: 1000 },
    )
  })
})
