import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAbandoned, ownerName } from '@darkroom/worker/child'

/** With the six characters of mkdtemp. After a hyphen, earlier releases named no host. */
const NAME = /^darkroom-render[.-](.+)-.{6}$/

/** Calls a function with a temporary folder for one render, which is then removed. */
export async function inRenderFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `darkroom-render.${ownerName()}-`))
  try {
    return await act(folder)
  } finally {
    // What cannot be removed now is removed with the abandoned ones; the video is stored.
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

/**
 * Removes the folders of processes that were killed during a render. Called before the first one: a
 * folder of this process is that of an earlier process of its number.
 */
export async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = NAME.exec(name)?.[1]
    if (owner === undefined) continue
    const folder = join(tmpdir(), name)
    if (owner === ownerName() || (await isAbandoned(folder, owner)))
      await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}
