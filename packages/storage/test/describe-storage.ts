import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Storage } from '../src/storage.ts'

export interface StorageUnderTest {
  storage: Storage
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
