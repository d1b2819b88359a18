import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { filesBelow } from './files-below.ts'

test('finds all files at any depth', async () => {
  const root = await folderWith('a.jpg', 'b/c.jpg', 'b/d/e.jpg')
  expect((await filesBelow(root)).toSorted()).toEqual(['a.jpg', 'b/c.jpg', 'b/d/e.jpg'].map((name) => join(root, name)))
  expect(await filesBelow(join(root, 'none'))).toEqual([])
})

test('folders that come and go do not hide the other files', async () => {
  const root = await folderWith('stays/a.jpg')
  let stopped = false
  const churn = async (): Promise<void> => {
    while (!stopped) {
      await mkdir(join(root, 'goes/deep'), { recursive: true })
      await rm(join(root, 'goes'), { recursive: true })
    }
  }
  const churning = churn()
  const looks = await Promise.all(Array.from({ length: 500 }, () => filesBelow(root)))
  stopped = true
  await churning
  expect(new Set(looks.flat())).toEqual(new Set([join(root, 'stays/a.jpg')]))
  expect(looks.every(({ length }) => length === 1)).toBe(true)
})

async function folderWith(...names: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'files-below-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const name of names) {
    await mkdir(join(root, name, '..'), { recursive: true })
    await writeFile(join(root, name), '')
  }
  return root
}
