import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { writeHashed, writeNewFile } from './write-new-file.ts'

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'write-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'a', 'file')
}

/** Chunks of many sizes, each different, with `isShared` in one piece of memory. */
function chunksOf(sizes: readonly number[], isShared: boolean): Buffer[] {
  const all = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0))
  for (let at = 0; at < all.length; at++) all[at] = (at * 7919) % 251
  let end = 0
  return sizes.map((size) => {
    const part = all.subarray(end, (end += size))
    return isShared ? part : Buffer.from(new Uint8Array(part).buffer)
  })
}

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

test.each([true, false])('all bytes are written in order, and hashed; memory shared: %s', async (isShared) => {
  const sizes = [1, 0, 65_536, 300_000, 7, 65_536, 65_536, 65_536, 65_536, 3]
  const chunks = chunksOf(sizes, isShared)
  const expected = Buffer.concat(chunks)
  const path = await newPath()
  const { bytes, sha256 } = await writeHashed(streamOf(chunks), path)
  expect(bytes).toBe(expected.length)
  expect(sha256).toBe(createHash('sha256').update(expected).digest('hex'))
  expect((await readFile(path)).equals(expected)).toBe(true)
  // The memory of a chunk that shares it may still be in use.
  expect(chunks.every(({ length }, index) => length === (isShared ? sizes[index] : 0))).toBe(true)
})

test('hundreds of thousands of tiny chunks are written like any others', async () => {
  const count = 300_000
  const path = await newPath()
  const small = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < count; at++) yield Buffer.from([at % 251])
  }
  const { bytes, sha256 } = await writeHashed(small(), path)
  const expected = Buffer.from(Array.from({ length: count }, (_, at) => at % 251))
  expect([bytes, sha256]).toEqual([count, createHash('sha256').update(expected).digest('hex')])
  expect((await readFile(path)).equals(expected)).toBe(true)
})

test('a file that exists is left alone', async () => {
  const path = await newPath()
  await writeNewFile(streamOf([Buffer.from('first')]), path)
  await expect(writeNewFile(streamOf([Buffer.from('second')]), path)).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readFile(path, 'utf8')).toBe('first')
})

test('an error of the source is passed on', async () => {
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('photo')
    throw new Error('cut off')
  }
  await expect(writeHashed(failing(), await newPath())).rejects.toThrow('cut off')
})
