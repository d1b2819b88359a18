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

test('what an engine makes is returned with the size of the original', async () => {
  const storage = await storeOriginal()
  const read = (path: string) => Promise.resolve(path)
  expect(await readSource({ storage, key: KEY }, { read, verdictOf })).toEqual({
    made: storage.resolve(KEY),
    bytesIn: 5,
  })
})

test('what an engine refuses is refused for good', async () => {
  const reading = readSource({ storage: await storeOriginal(), key: KEY }, { read: refuse, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'REFUSED', retryable: false }, cause: refusal })
})

test('an original is not called damaged by a disk that cannot read it to its end', async () => {
  const open = () => Promise.reject(new StorageError('STORAGE_FAILED', `Storage operation on ${KEY} failed (EIO).`))
  const storage = { ...(await storeOriginal()), open }
  const reading = readSource({ storage, key: KEY }, { read: refuse, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'STORAGE_FAILED', retryable: true } })
})

test('an error that is no verdict may pass', async () => {
  const read = () => Promise.reject(new Error('a bug'))
  const reading = readSource({ storage: await storeOriginal(), key: KEY }, { read, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'INTERNAL', retryable: true } })
})

test('an original that is not there may show up', async () => {
  const reading = readSource({ storage: await storeOriginal(), key: 'other.jpg' }, { read: refuse, verdictOf })
  await expect(reading).rejects.toMatchObject({ reason: { code: 'SOURCE_MISSING', retryable: true } })
})
