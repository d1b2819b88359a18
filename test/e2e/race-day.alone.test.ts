import { acceptedBatch, album, batchPage, photoPage, rosterSummary, type PhotoPage } from '@darkroom/contracts'
import { racePhoto, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createInstallation, type Installation } from './support/installation.ts'

const ALBUM = 'valencia-2026'
/** What each photo shows. One digit of 1284 is wrong for the roster, the last two are on no roster. */
const SHOWN = [['587', '1204'], ['1284'], ['1204'], ['777'], ['45045']]
const ROSTER = 'number,name\n587,Ana Rojas\n1204,Luis Vidal\n3310,\n'

let darkroom: Installation
let url: string

beforeAll(async () => {
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  const [api] = await Promise.all([darkroom.api(), darkroom.worker('photos-a', { app: 'photo-worker' })])
  url = api.url
}, 120_000)
afterAll(() => darkroom.stop())

const put = (path: string, type: string, body: string): Promise<Response> =>
  fetch(url + path, { method: 'PUT', headers: { 'content-type': type }, body })
const read = async (path: string): Promise<unknown> => (await fetch(url + path)).json()
const search = async (query: string): Promise<PhotoPage> =>
  photoPage.parse(await read(`/api/v1/photos?album=${ALBUM}&${query}`))
const review = async (): Promise<PhotoPage> => photoPage.parse(await read(`/api/v1/albums/${ALBUM}/review`))
const names = ({ items }: PhotoPage): string[] => items.map(({ photo }) => photo.name).toSorted()

/** Uploads the photos, and waits until all of them are read. */
async function uploadAll(): Promise<void> {
  const form = new FormData()
  form.append('album', ALBUM)
  for (const [at, numbers] of SHOWN.entries()) {
    const { bytes } = await racePhoto({ numbers, seed: at + 1 })
    form.append('files', new Blob([new Uint8Array(bytes)]), `${numbers.join('-')}.jpg`)
  }
  const response = await fetch(`${url}/photos/batch`, { method: 'POST', body: form })
  const { batchId, accepted } = acceptedBatch.parse(await response.json())
  expect([response.status, accepted]).toEqual([202, SHOWN.length])
  const isRead = async () => {
    const { counts } = batchPage.parse(await read(`/api/v1/batches/${batchId}`))
    return counts.completed === SHOWN.length
  }
  await until(isRead, { what: 'the photos to be read', timeoutMs: 120_000 })
}

test('race day: upload, put the roster, search, correct by hand until nothing is left to review', async () => {
  await uploadAll()
  await until(async () => names(await search('bib=1204')).length === 2, { what: 'photos that show 1204' })
  expect(names(await search('bib=587'))).toEqual(['587-1204.jpg'])
  expect(names(await search('bib=28&match=contains'))).toEqual(['1284.jpg'])

  const response = await put(`/api/v1/albums/${ALBUM}/roster`, 'text/csv', ROSTER)
  expect(rosterSummary.parse(await response.json())).toMatchObject({ album: ALBUM, count: 3 })
  const isApplied = async () => album.parse(await read(`/api/v1/albums/${ALBUM}`)).roster?.isApplied === true
  await until(isApplied, { what: 'the roster to be applied' })
  expect(names(await search('bib=1204'))).toEqual(['1204.jpg', '1284.jpg', '587-1204.jpg'])
  expect(names(await search('bib=1284'))).toEqual([])
  const { items } = await search('bib=1204')
  expect(items.find(({ photo }) => photo.name === '1284.jpg')?.bib).toMatchObject({ origin: 'roster', raw: '1284' })

  const doubtful = await review()
  expect(names(doubtful)).toEqual(expect.arrayContaining(['45045.jpg', '777.jpg']))
  for (const { photo } of doubtful.items) {
    const [shown] = photo.name.split('.')
    const number = { '777': '3310', '45045': '587' }[shown!] ?? '1204'
    const said = await put(
      `/api/v1/photos/${photo.id}/bibs`,
      'application/json',
      JSON.stringify({ bibs: [{ number }] }),
    )
    expect(said.status).toBe(200)
  }
  expect((await review()).items).toEqual([])
  expect(names(await search('bib=3310'))).toEqual(['777.jpg'])
  expect(names(await search('bib=587'))).toContain('45045.jpg')
}, 240_000)
