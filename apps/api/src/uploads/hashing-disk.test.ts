import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Request } from 'express'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ReceivedFile } from '../tasks/kind.ts'
import { hashingDisk, type HashingDiskOptions } from './hashing-disk.ts'

let made: string
let folder: string

beforeEach(async () => {
  folder = made = join(await mkdtemp(join(tmpdir(), 'hashing-disk-')), 'made', 'when', 'missed')
})
afterEach(() => rm(join(made, '..', '..', '..'), { recursive: true }))

const prepare = () => Promise.reject(new Error('not a photo'))

function receive(stream: Readable, options: Partial<HashingDiskOptions> = {}): Promise<ReceivedFile> {
  const disk = hashingDisk(folder, { prepare, ...options })
  const file = { fieldname: 'file', originalname: 'photo.jpg', stream } as Express.Multer.File
  return new Promise((resolve, reject) => {
    disk._handleFile({} as Request, file, (error: unknown, received) =>
      error ? reject(error as Error) : resolve(received as unknown as ReceivedFile),
    )
  })
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Bytes that do not repeat at chunk boundaries. */
const bytesOf = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 256))

function inChunks(bytes: Buffer, length: number): Readable {
  const chunks = Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length),
  )
  return Readable.from(chunks)
}

it.each([
  [0, 1],
  [1, 1],
  [65_536, 10_000],
  [65_537, 10_000],
  [700_000, 65_536],
  [700_000, 300_000],
  [262_144, 65_536],
])('%i bytes in chunks of %i are stored unchanged, and hashed', async (length, chunk) => {
  const bytes = bytesOf(length)
  const received = await receive(inChunks(bytes, chunk))
  expect(received).toMatchObject({ bytes: length, sha256: sha256(bytes) })
  expect((await readFile(received.path)).equals(bytes)).toBe(true)
})

it('a file that cannot be written is read to its end, so that its form does not hang', async () => {
  folder = '/proc/none'
  const source = inChunks(bytesOf(700_000), 65_536)
  const ended = once(source, 'end')
  await expect(receive(source)).rejects.toMatchObject({ syscall: 'mkdir' })
  await ended
})

it('sixty concurrent uploads, more than are ever buffered, each keep their own bytes', async () => {
  const files = Array.from({ length: 60 }, (_, index) => bytesOf(200_000 + index))
  const received = await Promise.all(files.map((bytes) => receive(inChunks(bytes, 65_536))))
  expect(received.map((file) => file.sha256)).toEqual(files.map(sha256))
})

it('keeps the first bytes of a file that is too long, and counts all of them', async () => {
  const bytes = bytesOf(500_000)
  const received = await receive(inChunks(bytes, 65_536), { keepBytes: 300_001 })
  expect(received).toMatchObject({ bytes: 500_000, sha256: sha256(bytes.subarray(0, 300_001)) })
  expect((await readFile(received.path)).length).toBe(300_001)
})

it('leaves nothing of aborted or refused uploads', async () => {
  const broken = new Readable({ read: () => {} })
  broken.push(bytesOf(100_000))
  const receiving = receive(broken)
  broken.destroy(new Error('the client is gone'))
  await expect(receiving).rejects.toThrow('the client is gone')
  const refuse = (): void => {
    throw new Error('too much')
  }
  await expect(receive(inChunks(bytesOf(300_000), 65_536), { onBytes: refuse })).rejects.toThrow('too much')
  expect(await readdir(folder)).toEqual([])
})
