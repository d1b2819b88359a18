import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stagedFolder, stagedKey } from '@darkroom/contracts'
import { createDiskStorage } from '@darkroom/storage'
import { uniqueName } from '@darkroom/testing'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../../test/start-test-api.ts'
import { createRemoveExpiredUploads } from './remove-expired-uploads.ts'
import { StagedBytes } from './staged-bytes.ts'
import { newUploadId, StagedUploadStore, type StagedUploadRecord } from './staged-upload-store.ts'

const TENANT = 'default'
/** No key has such a name, so that no storage can be asked to remove it. */
const STUCK = '0\\1'

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'expired-'))
  const database = await openDatabase(uniqueName('expired'))
  onTestFinished(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })
  const storage = createDiskStorage(folder)
  const store = new StagedUploadStore(database.connection)
  const bytes = new StagedBytes(storage, join(folder, 'uploads/temp/boot'))
  const remove = createRemoveExpiredUploads({ store, bytes, storage, orphanAgeMs: -1 })
  const put = (id: string) => storage.put(stagedKey(TENANT, id, 0), Buffer.from('photo'))
  const putStuck = async (id: string): Promise<void> => {
    const path = join(folder, stagedFolder(TENANT, id), STUCK)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'stuck')
  }
  const names = async () =>
    (await Array.fromAsync(storage.list('uploads/staged'))).map(({ key }) => key.split('/').at(-1))
  return { store, remove, put, putStuck, names }
}

it('an expired upload that cannot be removed does not block those after it', async () => {
  const { store, remove, put, putStuck, names } = await open()
  const uploads = Array.from({ length: 3 }, (_, index): StagedUploadRecord => {
    const times = { createdAt: new Date(0), expiresAt: new Date(index) }
    return { id: newUploadId(), tenant: TENANT, bytes: 5, metadata: {}, idempotencyKey: null, taskId: null, ...times }
  })
  for (const upload of uploads) {
    await store.insert(upload)
    await put(upload.id)
  }
  await putStuck(uploads[0]?.id ?? '')
  const errors: unknown[] = []
  await remove((error) => errors.push(error))
  expect(errors).toMatchObject([{ code: 'INVALID_KEY' }])
  expect(await names()).toEqual([STUCK])
  expect(await store.existing(uploads.map(({ id }) => id))).toEqual(new Set([uploads[0]?.id]))
})

it('a file without an upload that cannot be removed does not block the others', async () => {
  const { remove, put, putStuck, names } = await open()
  const ids = Array.from({ length: 4 }, newUploadId)
  for (const id of ids) await putStuck(id)
  for (const id of ids) await put(id)
  const errors: unknown[] = []
  expect(await remove((error) => errors.push(error))).toBe(4)
  expect(errors).toHaveLength(4)
  expect(await names()).toEqual(Array.from({ length: 4 }, () => STUCK))
})
