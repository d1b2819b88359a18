import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { WrongUse } from './exit-codes.ts'
import { findFiles, namedPaths } from './find-files.ts'

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
  await mkdir(join(folder, 'bad'))
  await symlink('nothing', join(folder, 'bad/nothing.jpg'))
  await symlink('loop.jpg', join(folder, 'bad/loop.jpg'))
  await symlink('../race', join(folder, 'bad/folder.jpg'))
  await writeFile(join(folder, 'bad/z.jpg'), '')
  execFileSync('mkfifo', [join(folder, 'bad/pipe.jpg')])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const refused: string[] = []
beforeEach(() => void refused.splice(0))
const find = async (...given: string[]) => {
  const named = await namedPaths(given.map((one) => join(folder, one)))
  return Array.fromAsync(findFiles(named, ({ name }, { code, message }) => refused.push(`${name} ${code} ${message}`)))
}
const namesIn = async (...given: string[]): Promise<string[]> => (await find(...given)).map(({ name }) => name)

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

it('knows the size of each file', async () => {
  expect(await find('a.jpg')).toMatchObject([{ bytes: 5, path: join(folder, 'a.jpg') }])
  expect(refused).toEqual([])
})

it('says which named path is neither a file nor a folder before it looks at others', async () => {
  await expect(namesIn('a.jpg', 'nothing.jpg')).rejects.toThrow(WrongUse)
  await expect(namesIn('a.jpg', 'nothing.jpg')).rejects.toThrow(/^There is no file or folder .*nothing\.jpg$/)
  await expect(namesIn('a.jpg/below.jpg')).rejects.toThrow(/below\.jpg cannot be read: not a directory\.$/)
  await expect(namesIn('bad/pipe.jpg')).rejects.toThrow(/pipe\.jpg is neither a file nor a folder$/)
})

it('reports what it cannot send of a folder, and goes on', async () => {
  expect(await namesIn('bad')).toEqual(['z.jpg'])
  expect(refused.toSorted()).toEqual([
    'folder.jpg FILE_UNREADABLE folder.jpg cannot be read: not a regular file.',
    'loop.jpg FILE_UNREADABLE loop.jpg cannot be read: too many symbolic links encountered.',
    'nothing.jpg FILE_UNREADABLE nothing.jpg cannot be read: no such file or directory.',
    'pipe.jpg FILE_UNREADABLE pipe.jpg cannot be read: not a regular file.',
  ])
})

it('reports a folder that disappears meanwhile, and goes on', async () => {
  await mkdir(join(folder, 'brief/a'), { recursive: true })
  await writeFile(join(folder, 'brief/a/b.jpg'), '')
  await writeFile(join(folder, 'brief/c.jpg'), '')
  const named = await namedPaths(['brief', 'a.jpg'].map((one) => join(folder, one)))
  const names: string[] = []
  for await (const { name } of findFiles(named, (_entry, { message }) => refused.push(message))) {
    names.push(name)
    await rm(join(folder, 'brief/a'), { recursive: true, force: true })
  }
  expect([names, refused]).toEqual([['c.jpg', 'a.jpg'], ['a cannot be read: no such file or directory.']])
})
