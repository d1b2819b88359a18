import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../app-error.ts'
import { cleanName, downloadQuery, givenFields, listQuery, parseInput, taskChanges, uploadFields } from './task-fields.ts'

const fields = uploadFields({ priority: 'interactive', ttlSeconds: 7 * 86_400 })
const parse = (input: object) => parseInput(fields, input, { status: 422, code: 'INVALID_FIELD' })

function faultsOf(act: () => unknown): { pointer: string; detail: string }[] {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return [...error.errors]
    throw error
  }
  throw new Error('Nothing was refused')
}

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
  ])('%s: %j is refused by its name', (name, value) => {
    expect(faultsOf(() => parse({ [name]: value })).map(({ pointer }) => pointer)).toEqual([`/${name}`])
  })

  it('a field sent twice is refused', () => {
    expect(faultsOf(() => parse({ priority: ['normal', 'batch'] }))).toMatchObject([{ pointer: '/priority' }])
  })

  it('those that a web form leaves empty are not given', () => {
    const body = { name: '', priority: '', kind: '', ttlSeconds: '', metadata: '' }
    expect(parse(givenFields(body))).toEqual(parse({}))
    expect(givenFields(undefined)).toEqual({})
  })

  it.each([
    [{ priority: 'urgent' }, '/priority must be one of premium, interactive, normal, batch, not "urgent"'],
    [{ priority: ['normal', 'batch'] }, '/priority must be given once'],
    [{ kind: 'pdf' }, '/kind must be image.optimize, not "pdf"'],
    [{ ttlSeconds: '59' }, '/ttlSeconds must be at least 60'],
    [{ ttl: '60' }, '/ttl is not known here; known are name, priority, kind, ttlSeconds, metadata'],
  ])('%j is refused in words for people', (input, words) => {
    expect(() => parse(input)).toThrow(words)
  })

  it('every wrong field is named at once', () => {
    const pointers = faultsOf(() => parse({ priority: 'x', ttlSeconds: 'x', 'a/b~c': 'x' })).map(({ pointer }) => pointer)
    expect(pointers.toSorted()).toEqual(['/a~1b~0c', '/priority', '/ttlSeconds'])
  })

  it.each([
    ['{"$where":1}', '$where'],
    ['{"a":{"$gt":""}}', '$gt'],
    ['{"a.b":1}', 'a.b'],
    ['{"a":[{"b\\u0000":1}]}', 'b\\u0000'],
    ['{"__proto__":{"admin":true}}', '__proto__'],
    ['{"a":{"_bsontype":"ObjectId"}}', '_bsontype'],
  ])('metadata %s is refused for its key', (metadata, key) => {
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

  it('whatever is sent is either taken or refused with a reason', () => {
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

describe('the query of a list', () => {
  const query = (input: object) => parseInput(listQuery, input, { status: 400, code: 'INVALID_QUERY' })

  it('has a first page of twenty', () => {
    expect(query({})).toEqual({ page: 1, limit: 20 })
  })

  it('reads times with any offset', () => {
    expect(query({ createdFrom: '2026-05-01T12:00:00+02:00' }).createdFrom).toEqual(new Date('2026-05-01T10:00:00Z'))
  })

  it.each([
    [{ createdFrom: 'yesterday' }, '/createdFrom must be a time such as 2026-01-31T00:00:00Z'],
    [
      { createdTo: '2026-05-01T12:00:00 02:00' },
      '/createdTo must be a time such as 2026-01-31T00:00:00Z; in a URL, write the + of its offset as %2B',
    ],
    [{ createdFrom: '2026-02-01T00:00:00Z', createdTo: '2026-01-01T00:00:00Z' }, '/createdFrom must not be after createdTo'],
    [{ status: 'done' }, '/status must be one of pending, processing, completed, failed, cancelled, expired, not "done"'],
    [
      { statuss: 'failed' },
      '/statuss is not known here; known are status, kind, priority, createdFrom, createdTo, batchId, page, limit, cursor',
    ],
    [{ cursor: 'x'.repeat(101) }, '/cursor must have at most 100 characters'],
  ])('%j is refused in words for people', (input, words) => {
    expect(() => query(input)).toThrow(words)
  })

  it.each([
    ['limit', '0'],
    ['limit', '101'],
    ['page', '0'],
    ['page', 'two'],
    ['status', 'done'],
    ['createdFrom', 'yesterday'],
    ['createdTo', '2026-02-30T00:00:00Z'],
    ['createdTo', '2026-05-01'],
    ['cursor', 'x'.repeat(101)],
    ['status[$ne]', 'failed'],
  ])('%s=%s is refused', (name, value) => {
    expect(faultsOf(() => query({ [name]: value }))).toMatchObject([{ pointer: `/${name}` }])
  })
})

it('what a link collects on its way does not keep anybody from a download', () => {
  const given = { resolution: '800', utm_source: 'mail', fbclid: 'x' }
  expect(parseInput(downloadQuery, given, { status: 400, code: 'INVALID_QUERY' })).toEqual({ resolution: '800' })
})

it('no refusal speaks the language of the schema library', () => {
  const inputs = [
    ...[{ name: 7 }, { name: 'x'.repeat(256) }, { metadata: 'x' }, { ttlSeconds: null }, { ttlSeconds: '60' }, { other: 1 }].map(
      (input) => () => parseInput(taskChanges, input, { status: 422, code: 'INVALID_FIELD' }),
    ),
    ...[{ status: 'x' }, { limit: ['1', '2'] }, { createdTo: '' }, { batchId: 'x' }, { cursor: 'x'.repeat(101) }].map(
      (input) => () => parseInput(listQuery, input, { status: 400, code: 'INVALID_QUERY' }),
    ),
  ]
  for (const { detail } of inputs.flatMap(faultsOf))
    expect(detail).not.toMatch(/invalid|expected|received|unrecognized|too (big|small)|string|undefined|null/i)
})

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

  it('is short, well-formed, visible and never empty, whatever was given', { timeout: 60_000 }, () => {
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

describe('the changes of a task', () => {
  const change = (input: object) => parseInput(taskChanges, input, { status: 422, code: 'INVALID_FIELD' })

  it('are all optional, and a name is cleaned', () => {
    expect(change({})).toEqual({})
    expect(change({ name: ' a/b\u0000c.jpg', metadata: { a: { b: [1] } }, ttlSeconds: 60 })).toEqual({
      name: 'b c.jpg',
      metadata: { a: { b: [1] } },
      ttlSeconds: 60,
    })
  })

  it.each([
    ['name', ''],
    ['name', 7],
    ['name', 'x'.repeat(256)],
    ['ttlSeconds', 59],
    ['ttlSeconds', 60.5],
    ['ttlSeconds', '60'],
    ['ttlSeconds', 31_536_001],
    ['ttlSeconds', null],
    ['metadata', null],
    ['metadata', [1]],
    ['metadata', 'text'],
    ['metadata', { $set: 1 }],
    ['status', 'completed'],
    ['__proto__', 1],
  ])('%s: %j is refused by its name', (name, value) => {
    expect(faultsOf(() => change(JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`)))).toMatchObject([
      { pointer: `/${name}` },
    ])
  })
})
