import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import type { ApiProcess, AppProcess, Exit } from '../../../scripts/processes.ts'
import { get, upload } from './client.ts'
import type { Installation } from './installation.ts'

export type Release = 'old' | 'new'

/** The releases of the processes that run at the same time. */
export interface Stage {
  apis: readonly Release[]
  workers: readonly Release[]
}

const PAUSE_MS = 40

/**
 * Processes of two releases on the same stores, and a client that does not know about either.
 * Stages follow each other without waiting for the tasks of the last.
 */
export function createMix(darkroom: Installation, oldRoot: string) {
  const apis = new Map<Release, ApiProcess>()
  const workers = new Map<Release, AppProcess>()
  const accepted: string[] = []
  const serverErrors: string[] = []
  const exits: Exit[] = []
  const optionsOf = (release: Release) => (release === 'old' ? { root: oldRoot } : {})
  let turn = 0
  let isOver = false

  const nextUrl = (): string => {
    const urls = [...apis.values()].map(({ url }) => url)
    return urls[turn++ % urls.length] ?? 'none'
  }

  /** Starts what is new before it stops what is gone, as a rolling upgrade does. */
  async function goTo(stage: Stage): Promise<void> {
    for (const release of stage.apis)
      if (!apis.has(release)) apis.set(release, await darkroom.api({ name: `${release} api`, ...optionsOf(release) }))
    for (const release of stage.workers)
      if (!workers.has(release)) workers.set(release, await darkroom.worker(`${release}-worker`, optionsOf(release)))
    for (const [running, wanted] of [
      [apis, stage.apis],
      [workers, stage.workers],
    ] as const)
      for (const [release, one] of running) {
        if (wanted.includes(release)) continue
        running.delete(release)
        exits.push(await one.stop())
      }
  }

  /** Like a load balancer: whoever does not answer is replaced by another. */
  async function uploadOne(): Promise<void> {
    const photo = { bytes: await sampleJpeg({ width: 900, height: 700, seed: turn }), key: randomUUID() }
    const answer = await until(
      async () => {
        const { status, body } = await upload(nextUrl(), photo)
        if (status >= 500) serverErrors.push(`upload ${status} ${body.code}`)
        return status === 202 && body
      },
      { what: 'an upload to be accepted', timeoutMs: 30_000 },
    )
    accepted.push(answer.id)
  }

  async function uploadUntilOver(): Promise<void> {
    while (!isOver) {
      await uploadOne()
      await pause(PAUSE_MS)
    }
  }
  const loading = uploadUntilOver()
  loading.catch(() => {}) // reported by `end`

  return {
    accepted: accepted as readonly string[],
    serverErrors: serverErrors as readonly string[],
    exits: exits as readonly Exit[],
    goTo,
    /** Further uploads in the current stage. */
    more: (count: number): Promise<unknown> => {
      const wanted = accepted.length + count
      return until(() => accepted.length >= wanted, { what: `${count} more uploads`, timeoutMs: 60_000 })
    },
    /** Every task as each API shows it, by the API's release. */
    readAll: async (): Promise<{ release: Release; status: number; task: Task }[]> => {
      const ids = [...accepted]
      const reads = [...apis].flatMap(([release, { url }]) =>
        ids.map(async (id) => {
          const { status, body } = await get(`${url}/api/v1/tasks/${id}`)
          return { release, status, task: body as Task }
        }),
      )
      return Promise.all(reads)
    },
    /** Runs a completed task again, by whichever API is next. */
    retry: async (id: string): Promise<number> => {
      return (await fetch(`${nextUrl()}/api/v1/tasks/${id}/retry`, { method: 'POST' })).status
    },
    download: async (id: string): Promise<Map<Release, Response>> => {
      const answers = [...apis].map(
        async ([release, { url }]) => [release, await fetch(`${url}/api/v1/tasks/${id}/download`)] as const,
      )
      return new Map(await Promise.all(answers))
    },
    /** Stops the client, not the processes. */
    end: async (): Promise<void> => {
      isOver = true
      await loading
    },
  }
}
