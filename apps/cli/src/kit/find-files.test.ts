import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WrongUse } from './exit-codes.ts'
import { findFiles } from './find-files.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-files-'))
  await mkdir(join(folder, 'race/finish'), { recursive: true })
  await mkdir(join(folder, 'race/.hidden'))
  for (const name of [
    'a.jpg',
    'race/b.JPEG',
    'race/notes.txt',
    'race/finish/c.png',
    'race/.hidden/d.jpg',
    'race/.e.jpg',
  ])
    await writeFile(join(folder, name), name)
  await symlink(folder, join(folder, 'race/circle'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const namesIn = async (...given: string[]): Promise<string[]> =>
  (await Array.fromAsync(findFiles(given.map((one) => join(folder, one))))).map(({ name }) => name)

it('finds the photos of a folder and of those below it, without hidden ones', async () => {
  expect((await namesIn('race')).toSorted()).toEqual(['b.JPEG', 'finish/c.png'])
})

it('takes files that are named as they are, and each file once', async () => {
  expect(await namesIn('race/notes.txt', 'a.jpg', 'a.jpg', 'race/finish', 'race')).toEqual([
    'notes.txt',
    'a.jpg',
    'c.png',
    'b.JPEG',
  ])
})

it('knows the size of each file, and says which one does not exist', async () => {
  expect(await Array.fromAsync(findFiles([join(folder, 'a.jpg')]))).toMatchObject([
    { bytes: 5, path: join(folder, 'a.jpg') },
  ])
  await expect(namesIn('a.jpg', 'nothing.jpg')).rejects.toThrow(WrongUse)
})
