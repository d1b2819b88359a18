import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskStorage, StorageError, type DiskStorage } from '@darkroom/storage'
import { expect, onTestFinished, test } from 'vitest'
import { readSource } from './read-source.ts'

const KEY = 'original.jpg'
const refusal = new Error('damaged')
const verdictOf = (error: unknown) => (error === refusal ? { code: 'REFUSED', message: 'It is damaged' } : undefined)
const refuse = () => Promise.reject(refusal)

async function storeOriginal(): Promise<DiskStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'source-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const storage = createDiskStorage(folder)
  await storage.put(KEY, Buffer.from('bytes'))
  return storage
}

test('returns the result of the engine with the size of the original', async () => {
  const storage = await storeOriginal()
  const read = (path: string) => Promise.resolve(path)
  expect(await readSource({ storage, key: KEY }, { read, verdictOf })).toEqual({
    made: storage.resolve(KEY),
    bytesIn: 5,
  })
})

test('a verdict of the engine is permanent', async () => {
  const reading = readSource({ storage: await storeOriginal(), key: KEY }, { read: refuse, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'REFUSED', retryable: false }, cause: refusal })
})

test('an original that the disk cannot read is not reported as damaged', async () => {
  const open = () => Promise.reject(new StorageError('STORAGE_FAILED', `Storage operation on ${KEY} failed (EIO).`))
  const storage = { ...(await storeOriginal()), open }
  const reading = readSource({ storage, key: KEY }, { read: refuse, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'STORAGE_FAILED', retryable: true } })
})

test('an error that is not a verdict is retryable', async () => {
  const read = () => Promise.reject(new Error('a bug'))
  const reading = readSource({ storage: await storeOriginal(), key: KEY }, { read, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'INTERNAL', retryable: true } })
})

test('a missing original is retryable', async () => {
  const reading = readSource({ storage: await storeOriginal(), key: 'other.jpg' }, { read: refuse, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'SOURCE_MISSING', retryable: true } })
})
