import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { until } from '@darkroom/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Storage } from '../src/storage.ts'

/** The least difference of two file times that any file system shows, and then some. */
const CLOCK_STEP_MS = 20

export interface StorageUnderTest {
  storage: Storage
  /** Another one of the same place, as another process would have it. */
  another(): Storage
  close(): Promise<void>
}

/**
 * The tests that every driver of the port has to pass. `create` returns an empty storage for each
 * test.
 */
export function describeStorage(name: string, create: () => Promise<StorageUnderTest>): void {
  describe(`storage on ${name}`, () => {
    let under: StorageUnderTest
    let storage: Storage
    let outside: string

    beforeEach(async () => {
      under = await create()
      storage = under.storage
      outside = await mkdtemp(join(tmpdir(), 'outside-'))
    })
    afterEach(async () => {
      await under.close()
      await rm(outside, { recursive: true })
    })

    const read = async (key: string, range?: { start?: number; end?: number }): Promise<string> =>
      (await buffer((await storage.open(key, range)).stream)).toString()
    const keys = async (folder?: string): Promise<string[]> =>
      (await collect(storage.list(folder))).map(({ key }) => key).toSorted()
    const tempFile = async (text: string): Promise<string> => {
      const path = join(outside, 'upload')
      await writeFile(path, text)
      return path
    }

    describe('put', () => {
      it.each([
        ['bytes', () => Buffer.from('hello')],
        ['a stream', () => Readable.from([Buffer.from('hel'), Buffer.from('lo')])],
      ])('stores %s', async (_what, body) => {
        expect(await storage.put('a/b/file.txt', body())).toEqual({ bytes: 5, written: true })
        expect(await read('a/b/file.txt')).toBe('hello')
      })

      it('stores an empty file', async () => {
        expect(await storage.put('empty', Buffer.alloc(0))).toEqual({ bytes: 0, written: true })
        expect(await read('empty')).toBe('')
      })

      it('leaves the same bytes alone and replaces others', async () => {
        await storage.put('file', Buffer.from('whole'))
        expect(await storage.put('file', Buffer.from('whole'))).toEqual({ bytes: 5, written: false })
        expect(await storage.put('file', Buffer.from('other'))).toEqual({ bytes: 5, written: true })
        expect(await read('file')).toBe('other')
      })

      it('leaves nothing of a stream that breaks, and the old file as it was', async () => {
        await storage.put('a/old', Buffer.from('old'))
        for (const key of ['a/new', 'a/old']) await expect(storage.put(key, breaking())).rejects.toThrow('line is dead')
        expect(await keys()).toEqual(['a/old'])
        expect(await read('a/old')).toBe('old')
      })

      it('takes a stream that is destroyed for broken, not for ended', async () => {
        const body = new Readable({ read: () => {} })
        body.push('half')
        const storing = storage.put('file', body)
        setImmediate(() => body.destroy())
        await expect(storing).rejects.toThrow('Premature close')
        expect(await keys()).toEqual([])
      })

      it('makes a file with the same bytes as new as if it had just been stored', async () => {
        await storage.put('file', Buffer.from('whole'))
        const before = (await storage.stat('file')).modifiedAt.getTime()
        await until(() => Date.now() > before + CLOCK_STEP_MS)
        expect(await storage.put('file', Buffer.from('whole'))).toMatchObject({ written: false })
        expect((await storage.stat('file')).modifiedAt.getTime()).toBeGreaterThan(before)
      })

      it('of the same bytes by ten processes at once stores them, whoever is first', async () => {
        const storages = Array.from({ length: 10 }, () => under.another())
        const results = await Promise.all(storages.map((one) => one.put('race/file', Buffer.from('whole'))))
        for (const one of storages) one.close()
        expect(results.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 10 }, () => 5))
        expect(results.some(({ written }) => written)).toBe(true)
        expect(await read('race/file')).toBe('whole')
      })

      it('by many writers at once results in a complete file', async () => {
        const bodies = Array.from({ length: 12 }, (_, index) => Buffer.alloc(200_000, 'ab'[index % 2]))
        await Promise.all(bodies.map((body) => storage.put('race/file', body)))
        const stored = await read('race/file')
        expect([bodies[0]?.toString(), bodies[1]?.toString()]).toContain(stored)
        expect(await keys()).toEqual(['race/file'])
      })
    })

    describe('adopt', () => {
      it('moves a file in', async () => {
        const path = await tempFile('photo')
        expect(await storage.adopt(path, 'images/1/original.jpg')).toEqual({ bytes: 5, written: true })
        expect(existsSync(path)).toBe(false)
        expect(await read('images/1/original.jpg')).toBe('photo')
      })

      it.each([0, 256 * 1024, 256 * 1024 + 1, 3_000_000])('of %d bytes, it is stored whole', async (bytes) => {
        const text = Array.from({ length: Math.ceil(bytes / 8) }, (_, index) => String(index).padStart(8)).join('')
        const path = await tempFile(text.slice(0, bytes))
        expect(await storage.adopt(path, 'file')).toEqual({ bytes, written: true })
        expect((await read('file')) === text.slice(0, bytes)).toBe(true)
      })

      it.each([5, 1_000_000])('of %d bytes whose hash is known, it is stored whole', async (bytes) => {
        const text = 'x'.repeat(bytes)
        const sha256 = createHash('sha256').update(text).digest('hex')
        expect(await storage.adopt(await tempFile(text), 'file', { bytes, sha256 })).toEqual({ bytes, written: true })
        expect((await read('file')) === text).toBe(true)
      })

      it('takes the file also when the same is there already', async () => {
        await storage.put('file', Buffer.from('photo'))
        const path = await tempFile('photo')
        expect(await storage.adopt(path, 'file')).toEqual({ bytes: 5, written: false })
        expect(existsSync(path)).toBe(false)
      })

      it('says NOT_FOUND when there is no such file', async () => {
        await expect(storage.adopt(join(outside, 'none'), 'file')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      })
    })

    describe('open', () => {
      beforeEach(() => storage.put('file', Buffer.from('0123456789')))

      it('tells the facts of the whole file', async () => {
        const { stream, bytes, modifiedAt } = await storage.open('file', { start: 3 })
        stream.destroy()
        expect(bytes).toBe(10)
        expect(Math.abs(Date.now() - modifiedAt.getTime())).toBeLessThan(60_000)
      })

      it.each([
        [{}, '0123456789'],
        [{ start: 7 }, '789'],
        [{ end: 2 }, '012'],
        [{ start: 2, end: 2 }, '2'],
        [{ start: 8, end: 99 }, '89'],
        [{ start: 10 }, ''],
        [{ start: 98, end: 99 }, ''],
      ])('reads %o', async (range, expected) => {
        expect(await read('file', range)).toBe(expected)
      })

      it.each([[{ start: -1 }], [{ start: 3, end: 2 }], [{ start: 0.5 }], [{ end: Number.NaN }]])(
        'refuses %o',
        async (range) => {
          await expect(storage.open('file', range)).rejects.toMatchObject({ code: 'INVALID_RANGE' })
        },
      )
    })

    it('stat tells size and time', async () => {
      await storage.put('a/file', Buffer.from('hello'))
      expect(await storage.stat('a/file')).toEqual({ bytes: 5, modifiedAt: expect.any(Date) })
    })

    it('NOT_FOUND for missing files, folders and paths below a file', async () => {
      await storage.put('a/file', Buffer.from('hello'))
      for (const key of ['none', 'no/ne', 'a', 'a/file/below']) {
        await expect(storage.stat(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
        await expect(storage.open(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      }
    })

    it('an empty file can be read from its start', async () => {
      await storage.put('empty', Buffer.alloc(0))
      expect(await read('empty', { start: 0, end: 9 })).toBe('')
      expect(await storage.stat('empty')).toMatchObject({ bytes: 0 })
    })

    it('a reader that stops early does not disturb the next', async () => {
      await storage.put('file', Buffer.alloc(2_000_000, 'a'))
      for (let round = 0; round < 20; round++) {
        const { stream } = await storage.open('file')
        for await (const _chunk of stream) break
        stream.destroy()
      }
      expect(await read('file', { start: 1_999_999 })).toBe('a')
    })

    describe('move', () => {
      it('takes a file and its time to another key', async () => {
        await storage.put('a/b/file', Buffer.from('hello'))
        const { modifiedAt } = await storage.stat('a/b/file')
        await until(() => Date.now() > modifiedAt.getTime() + CLOCK_STEP_MS)
        await storage.move('a/b/file', 'trash/a/b/file')
        expect(await keys()).toEqual(['trash/a/b/file'])
        expect(await read('trash/a/b/file')).toBe('hello')
        expect(await storage.stat('trash/a/b/file')).toEqual({ bytes: 5, modifiedAt })
      })

      it('replaces an existing file, whether its bytes are the same or others', async () => {
        for (const text of ['old', 'new']) {
          await storage.put('from', Buffer.from('new'))
          await storage.put('to', Buffer.from(text))
          await storage.move('from', 'to')
          expect(await keys()).toEqual(['to'])
          expect(await read('to')).toBe('new')
        }
      })

      it('says NOT_FOUND when there is no such file, and moves nothing', async () => {
        await storage.put('to', Buffer.from('old'))
        await expect(storage.move('none', 'to')).rejects.toMatchObject({ code: 'NOT_FOUND' })
        expect(await read('to')).toBe('old')
      })

      // The clean-up relies on it: it removes for good what it has moved and nobody has put since.
      it('takes along that a file has been put again, unless the file is still there', async () => {
        const other = under.another()
        for (let round = 0; round < 15; round++) {
          await storage.put('file', Buffer.from('whole'))
          const { modifiedAt } = await storage.stat('file')
          const again = await until(() => Date.now() - modifiedAt.getTime() > 2 * CLOCK_STEP_MS && Date.now())
          const [put] = await Promise.all([storage.put('file', Buffer.from('whole')), other.move('file', 'trash')])
          expect(put.bytes).toBe(5)
          const [inPlace, trashed] = await Promise.all(
            ['file', 'trash'].map((key) => storage.stat(key).catch(() => undefined)),
          )
          if (!inPlace) expect(trashed?.modifiedAt.getTime()).toBeGreaterThan(again - CLOCK_STEP_MS)
          await Promise.all(['file', 'trash'].map((key) => storage.remove(key)))
        }
        other.close()
      })

      it('by several processes, to and fro, never loses the file', async () => {
        const others = Array.from({ length: 4 }, () => under.another())
        await storage.put('here', Buffer.from('whole'))
        for (let round = 0; round < 5; round++) {
          const moves = others.flatMap((one) => [one.move('here', 'there'), one.move('there', 'here')])
          for (const move of await Promise.allSettled(moves))
            if (move.status === 'rejected') expect(move.reason).toMatchObject({ code: 'NOT_FOUND' })
          expect(await keys()).toHaveLength(1)
        }
        for (const one of others) one.close()
      })
    })

    it('check leaves nothing behind', async () => {
      await storage.check()
      expect(await storage.isEmpty()).toBe(true)
    })

    it('reports the free space, if there is a limit', async () => {
      expect((await storage.freeBytes()) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(0)
    })

    it('removing leftovers does not affect stored files, however old', async () => {
      await storage.put('a/file', Buffer.from('hello'))
      const errors: unknown[] = []
      expect(await storage.removeLeftovers(0, (error) => errors.push(error))).toBe(0)
      expect(errors).toEqual([])
      expect(await keys()).toEqual(['a/file'])
    })

    describe('the installation', () => {
      it('has one id, even if ten processes start at once', async () => {
        expect(await storage.readInstallation()).toBeUndefined()
        const storages = Array.from({ length: 10 }, () => under.another())
        const ids = await Promise.all(storages.map((one) => one.markInstallation()))
        for (const one of storages) one.close()
        expect(new Set(ids).size).toBe(1)
        expect(await storage.readInstallation()).toBe(ids[0])
        expect(await storage.markInstallation('another')).toBe(ids[0])
      })

      it('keeps the id that it is given; its marker is not a stored file', async () => {
        expect(await storage.isEmpty()).toBe(true)
        expect(await storage.markInstallation('given')).toBe('given')
        expect(await storage.isEmpty()).toBe(false)
        expect(await keys()).toEqual([])
      })
    })

    it('remove takes one file, and none as well', async () => {
      await storage.put('a/one', Buffer.from('1'))
      await storage.put('a/two', Buffer.from('2'))
      for (const key of ['a/one', 'a/one', 'no/ne', 'a']) await storage.remove(key)
      expect(await keys()).toEqual(['a/two'])
    })

    it('put and remove side by side in the same folder never fail', async () => {
      const churn = async (worker: number): Promise<void> => {
        for (let round = 0; round < 40; round++) {
          const key = `deep/er/${worker}-${round}`
          await storage.put(key, Buffer.from('x'))
          await storage.remove(key)
        }
      }
      await Promise.all([1, 2, 3, 4].map(churn))
      expect(await keys()).toEqual([])
    })

    it('list tells the files below a folder, or all', async () => {
      for (const key of ['a/1', 'a/b/2', 'ab/3', '4']) await storage.put(key, Buffer.from(key))
      expect(await keys()).toEqual(['4', 'a/1', 'a/b/2', 'ab/3'])
      expect(await keys('a')).toEqual(['a/1', 'a/b/2'])
      expect(await keys('none')).toEqual([])
    })

    it.each([
      '',
      '/etc/passwd',
      '../up',
      'a/../../up',
      'a/./b',
      'a//b',
      'a/',
      '.hidden',
      'a\\b',
      'nul\0byte',
      'line\nbreak',
      '\ud800',
    ])('refuses the key %j in every method', async (key) => {
      const path = await tempFile('photo')
      const calls = [
        () => storage.put(key, Buffer.from('x')),
        () => storage.adopt(path, key),
        () => storage.open(key),
        () => storage.stat(key),
        () => storage.remove(key),
        () => storage.move(key, 'to'),
        () => storage.move('from', key),
        () => collect(storage.list(key)),
      ]
      for (const call of calls)
        await expect(call()).rejects.toMatchObject({ name: 'StorageError', code: 'INVALID_KEY' })
      expect(existsSync(path)).toBe(true)
    })
  })
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

function breaking(): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from('half of')
      throw new Error('line is dead')
    })(),
  )
}
