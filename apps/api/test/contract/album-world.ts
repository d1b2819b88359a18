import { DEFAULT_TENANT, originalKey, type Bib, type StoredFile } from '@darkroom/contracts'
import { until } from '@darkroom/testing'
import { newRecord } from '../task-history.ts'
import type { TestApi } from '../start-test-api.ts'
import { newTaskId, TaskStore } from '../../src/tasks/task-store.ts'

/** An album with a roster, and a photo that shows 587 and a number that is not on it. */
export const ALBUM = 'lisboa-2026'

const sha256 = '5'.repeat(64)
const box = { left: 10, top: 20, width: 30, height: 40 }
const bibs: Bib[] = ['587', '99999'].map((number) => ({ number, confidence: 0.9, box, origin: 'ocr', raw: number }))

/** A completed photo of the album, found as soon as this returns. */
export async function addPhoto(api: TestApi, files: readonly StoredFile[], album = ALBUM): Promise<string> {
  const at = new Date()
  const id = newTaskId()
  const record = newRecord({
    id,
    kind: 'photo.bibs',
    originalPath: originalKey({ tenant: DEFAULT_TENANT, folder: 'photos', taskId: id, extension: 'jpg' }),
    status: 'completed',
    source: { bytes: 1, format: 'jpeg', width: 400, height: 300, orientation: 1, sha256, album },
    files: [...files],
    result: { bibs },
    ...{ processingTimeMs: 900, finishedAt: at, expiresAt: new Date(at.getTime() + 3_600_000) },
    ...{ nextCheckAt: null, readingsDueAt: at },
  })
  await new TaskStore(api.database).insert(record)
  const isFound = async () => (await api.request(`/api/v1/photos?bib=587&limit=100`)).text.includes(id)
  await until(isFound, { what: 'a photo that is found' })
  return id
}

/** The album with its photo and its roster. */
export async function addAlbum(api: TestApi, files: readonly StoredFile[]): Promise<void> {
  const headers = { 'content-type': 'text/csv' }
  const path = `/api/v1/albums/${ALBUM}/roster`
  await api.request(path, { method: 'PUT', headers, body: 'number,name\n587,Ana Rojas\n1204,\n' })
  await addPhoto(api, files)
}
