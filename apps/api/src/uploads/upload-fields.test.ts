import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultsOf } from '../../test/faults-of.ts'
import { AppError } from '../app-error.ts'
import { parseInput } from '../http/input.ts'
import { givenFields, uploadFields } from './upload-fields.ts'

const fields = uploadFields({
  kinds: ['image.optimize', 'photo.bibs'],
  priority: 'interactive',
  ttlSeconds: 7 * 86_400,
})
const parse = (input: object) => parseInput(fields, input, 'INVALID_FIELD')

describe('the fields of an upload', () => {
  it('all have defaults', () => {
    expect(parse({})).toEqual({ priority: 'interactive', kind: 'image.optimize', ttlSeconds: 604_800, metadata: {} })
  })

  it.each([
    ['priority', 'urgent'],
    ['kind', 'video.render'],
    ['ttlSeconds', '59'],
    ['ttlSeconds', '31536001'],
    ['ttlSeconds', '1e3'],
    ['ttlSeconds', '-60'],
    ['ttlSeconds', '60.5'],
    ['ttlSeconds', ''],
    ['metadata', 'not json'],
    ['metadata', '[1]'],
    ['metadata', 'null'],
    ['metadata', '"text"'],
    ['metadata', '7'],
    ['name', 'x'.repeat(256)],
    ['unknown', 'x'],
  ])('%s: %j is refused with its name', (name, value) => {
    expect(faultsOf(() => parse({ [name]: value })).map(({ pointer }) => pointer)).toEqual([`/${name}`])
  })

  it('each kind has fields of its own', () => {
    const photo = { kind: 'photo.bibs', album: 'valencia-2026' }
    expect(parse(photo)).toMatchObject(photo)
    const form = uploadFields({ kinds: ['photo.bibs'], priority: 'interactive', ttlSeconds: 60 })
    expect(form.parse({ album: 'valencia-2026' })).toMatchObject(photo)
    expect(form.safeParse({ kind: 'image.optimize' }).success).toBe(false)
  })

  it('a field sent twice is refused', () => {
    const faults = faultsOf(() => givenFields({ name: 'a', priority: ['normal', 'batch'] }))
    expect(faults).toEqual([{ pointer: '/priority', detail: 'must be given once' }])
  })

  it('empty fields of a web form count as absent', () => {
    const body = { name: '', priority: '', kind: '', ttlSeconds: '', metadata: '' }
    expect(parse(givenFields(body))).toEqual(parse({}))
    expect(givenFields(undefined)).toEqual({})
  })

  it.each([
    [{ priority: 'urgent' }, '/priority must be one of premium, interactive, normal, batch, not "urgent"'],
    [{ kind: 'video.render' }, '/kind is created from JSON, not from a file'],
    [{ kind: 'pdf' }, '/kind must be one of image.optimize, photo.bibs, not "pdf"'],
    [{ ttlSeconds: '59' }, '/ttlSeconds must be at least 60, not 59'],
    [
      { ttl: '60' },
      '/ttl is unknown; known are name, priority, kind, ttlSeconds, metadata, callbackUrl, notify, album',
    ],
    [{ album: 'valencia-2026' }, '/album is a field of photo.bibs, but the kind is image.optimize'],
    [{ kind: 'photo.bibs', album: 'Valencia 2026' }, '/album must be a short name such as valencia-2026'],
  ])('%j is refused with a readable message', (input, words) => {
    expect(() => parse(input)).toThrow(words)
  })

  it('all invalid fields are listed at once', () => {
    const pointers = faultsOf(() => parse({ priority: 'x', ttlSeconds: 'x', 'a/b~c': 'x' })).map(
      ({ pointer }) => pointer,
    )
    expect(pointers.toSorted()).toEqual(['/a~1b~0c', '/priority', '/ttlSeconds'])
  })

  it.each([
    ['{"$where":1}', '$where'],
    ['{"a":{"$gt":""}}', '$gt'],
    ['{"a.b":1}', 'a.b'],
    ['{"a":[{"b\\u0000":1}]}', 'b\\u0000'],
    ['{"__proto__":{"admin":true}}', '__proto__'],
    ['{"a":{"_bsontype":"ObjectId"}}', '_bsontype'],
  ])('metadata %s is refused because of its key', (metadata, key) => {
    const [fault] = faultsOf(() => parse({ metadata }))
    expect(fault).toMatchObject({ pointer: '/metadata' })
    expect(fault?.detail).toContain(key)
  })

  it('metadata may be nested eight levels deep', () => {
    const nested = (depth: number): string => (depth === 1 ? '{}' : `{"a":${nested(depth - 1)}}`)
    expect(parse({ metadata: nested(8) })).toHaveProperty('metadata.a')
    expect(faultsOf(() => parse({ metadata: nested(9) }))).toMatchObject([{ pointer: '/metadata' }])
    expect(faultsOf(() => parse({ metadata: `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}` }))).toMatchObject([
      { pointer: '/metadata' },
    ])
  })

  it('any input is either accepted or refused with a reason', () => {
    const anyInput = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('name', 'metadata', '__proto__')),
      fc.oneof(fc.string(), fc.json()),
    )
    fc.assert(
      fc.property(anyInput, (input) => {
        try {
          parse(input)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
          expect((error as AppError).errors).not.toEqual([])
        }
      }),
    )
  })
})
