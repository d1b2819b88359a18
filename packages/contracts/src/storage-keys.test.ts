import { describe, expect, it } from 'vitest'
import { imageNameOf, originalKey, variantKey } from './storage-keys.ts'

describe('imageNameOf', () => {
  it.each([
    ['beach.jpg', 'beach'],
    ['Été à Nice (1).JPEG', 'ete-a-nice-1'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a\r\nSet-Cookie: x.png', 'a-set-cookie-x'],
    ['🏖️.jpg', 'image'],
    ['', 'image'],
    ['...', 'image'],
    ['日本.webp', 'image'],
    [`${'x'.repeat(5000)}.jpg`, 'x'.repeat(80)],
    [`${'x'.repeat(79)}-y.jpg`, 'x'.repeat(79)],
  ])('%j becomes %j', (name, expected) => {
    expect(imageNameOf(name)).toBe(expected)
  })
})

describe('storage keys', () => {
  it('follow the documented layout for the default tenant [S3.9]', () => {
    expect(originalKey('default', '65d4', 'jpeg')).toBe('storage/images/65d4/original.jpg')
    expect(variantKey('default', 'beach', '1024', 'abc')).toBe('output/beach/1024/abc.jpg')
  })

  it('keep every other tenant apart', () => {
    expect(variantKey('acme', 'beach', '800', 'abc')).toBe('tenants/acme/output/beach/800/abc.jpg')
  })
})
