import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { inRenderFolder, removeAbandoned } from './render-folder.ts'

const DAY_MS = 24 * 3600 * 1000

test('the folders of processes that have ended are removed, but none of a live render', async () => {
  const shared = await mkdtemp(join(tmpdir(), 'shared-'))
  vi.stubEnv('TMPDIR', shared)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await rm(shared, { recursive: true, force: true })
  })
  const ended = spawnSync('true').pid
  const here = `darkroom-render.${hostname()}`
  const abandoned = [`${here}.${ended}-aB3x_9`, `${here}.${process.pid}-aaaaaa`]
  const old = ['darkroom-render.other-host.1-aaaaaa', `darkroom-render-${ended}-bbbbbb`]
  // In another container, processes have the same numbers.
  const live = [`${here}.${process.ppid}-aaaaaa`, `darkroom-render.other-host.${ended}-aaaaaa`, 'else']
  for (const name of [...abandoned, ...old, ...live]) await mkdir(join(shared, name, 'x'), { recursive: true })
  const before = new Date(Date.now() - 2 * DAY_MS)
  for (const name of old) await utimes(join(shared, name), before, before)
  await removeAbandoned()
  expect((await readdir(shared)).toSorted()).toEqual(live.toSorted())
})

test('a folder is named after its process, and removed when its render ends', async () => {
  const folder = await inRenderFolder(async (made) => made)
  expect(folder).toContain(`/darkroom-render.${hostname()}.${process.pid}-`)
  await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
})
