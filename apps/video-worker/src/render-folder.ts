import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAME = /^darkroom-render-(\d+)-/

/** Calls a function with a temporary folder for one render, which is then removed. */
export async function inRenderFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `darkroom-render-${process.pid}-`))
  try {
    return await act(folder)
  } finally {
    // What cannot be removed now is removed with the abandoned ones; the video is stored.
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

/** Removes the folders of processes that were killed during a render. */
export async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(NAME.exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of another user is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
