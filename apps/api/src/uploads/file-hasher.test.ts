import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFileHasher, type FileHasher } from './file-hasher.ts'

let folder: string
let hasher: FileHasher

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hasher-'))
  hasher = createFileHasher()
})
afterAll(async () => {
  await hasher.close()
  await rm(folder, { recursive: true })
})

const digest = (algorithm: string, bytes: Buffer): string => createHash(algorithm).update(bytes).digest('hex')

it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])('hashes a file of %i bytes', async (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 251))
  const path = join(folder, String(length))
  await writeFile(path, bytes)
  expect(await hasher.hash(path)).toEqual({ sha256: digest('sha256', bytes), md5: digest('md5', bytes) })
})

it('concurrent calls each get their own result', async () => {
  const paths = Array.from({ length: 40 }, (_, index) => join(folder, `many ${index}`))
  await Promise.all(paths.map((path, index) => writeFile(path, String(index))))
  const answers = await Promise.all(paths.map((path) => hasher.hash(path)))
  expect(answers.map(({ md5 }) => md5)).toEqual(paths.map((_, index) => digest('md5', Buffer.from(String(index)))))
})

it('an unreadable file is a machine error, and the next one is hashed', async () => {
  await expect(hasher.hash(join(folder, 'not there'))).rejects.toMatchObject({ code: 'ENOENT', syscall: 'hash' })
  const path = join(folder, 'there')
  await writeFile(path, '')
  expect((await hasher.hash(path)).md5).toBe(digest('md5', Buffer.alloc(0)))
})

it('pending calls are rejected when it is closed', async () => {
  const closing = createFileHasher()
  const path = join(folder, 'large')
  await writeFile(path, Buffer.alloc(50_000_000))
  const hashing = closing.hash(path)
  hashing.catch(() => {})
  await closing.close()
  await expect(hashing).rejects.toThrow('could not be hashed')
})
