import { describe, expect, it } from 'vitest'
import {
  assetCopyKey,
  assetKey,
  imageNameOf,
  isVariantKey,
  keyBeforeTrash,
  originalKey,
  ownerOf,
  trashKey,
  VARIANT_WIDTHS,
  variantKey,
} from './storage-keys.ts'

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
    expect(originalKey({ tenant: 'default', folder: 'images', taskId: '65d4', extension: 'jpg' })).toBe(
      'storage/images/65d4/original.jpg',
    )
    expect(variantKey('default', 'beach', '1024', 'abc')).toBe('output/beach/1024/abc.jpg')
  })

  it('identify originals, with their task, and variants', () => {
    const id = '65d4'.repeat(6)
    for (const tenant of ['default', 'acme', 'storage', 'output']) {
      const [original, variant] = [
        originalKey({ tenant, folder: 'images', taskId: id, extension: 'png' }),
        variantKey(tenant, id, '800', 'abc'),
      ]
      expect([ownerOf(original), ownerOf(variant), ownerOf('storage/images/notes/original.jpg')]).toEqual([
        id,
        undefined,
        undefined,
      ])
      const others = [original, assetKey(tenant, 'logo.png'), 'output/notes.txt']
      expect([variant, ...others].map(isVariantKey)).toEqual([true, false, false, false])
      expect(ownerOf(assetKey(tenant, 'logo.png'))).toBeUndefined()
    }
  })

  it('a copy of an asset belongs to its task, and is beside its original', () => {
    const taskId = '65d4'.repeat(6)
    const key = assetCopyKey({ tenant: 'default', folder: 'videos', taskId, extension: 'png' })
    expect([key, ownerOf(key)]).toEqual([`storage/videos/${taskId}/asset.png`, taskId])
  })

  it('are restored from the trash unchanged', () => {
    const key = variantKey('default', 'beach', '800', 'abc')
    expect(trashKey(key)).toBe(`trash/${key}`)
    expect(keyBeforeTrash(trashKey(key))).toBe(key)
  })

  // A disk, and servers that keep objects as files, cannot store both.
  it('no key is the folder of another', () => {
    const ids = ['65d4'.repeat(6), '65d5'.repeat(6)]
    const names = ['1024', 'a', 'beach', 'jpg', 'original', 'original-jpg', 'output', 'storage', 'trash']
    const keys = ['default', 'acme', ...names].flatMap((tenant) => [
      ...ids.map((taskId) => originalKey({ tenant, folder: 'images', taskId, extension: 'jpg' })),
      ...names.flatMap((name) => VARIANT_WIDTHS.map((width) => variantKey(tenant, name, String(width), 'abc'))),
    ])
    const all = new Set([...keys, ...keys.map(trashKey)])
    for (const key of all) {
      const folders = key.split('/').map((_segment, index, segments) => segments.slice(0, index).join('/'))
      expect(folders.filter((folder) => all.has(folder))).toEqual([])
    }
  })

  it('are separate for each other tenant', () => {
    expect(variantKey('acme', 'beach', '800', 'abc')).toBe('tenants/acme/output/beach/800/abc.jpg')
  })
})
