// The demo's HTTP client: uploads photos and polls their tasks, like any client.
import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { problem, task as taskSchema, type Task } from '@darkroom/contracts'

export interface Photo {
  path: string
  name: string
  /** Undefined until it is uploaded, and if it was refused. */
  task?: Task
  /** Why there will be no result. */
  fault?: string | undefined
}

/** Called with a photo whenever something about it has changed. */
export type OnChange = (photo: Photo) => void

const AT_ONCE = 4
const ASK_MS = 150
const FINAL: readonly string[] = ['completed', 'failed', 'cancelled', 'expired']

/**
 * Sends all photos, a few at a time, and follows each until it has ended. Refusals are stored in
 * the photo, not thrown.
 */
export async function processPhotos(
  url: string,
  paths: readonly string[],
  onChange: OnChange,
  signal: AbortSignal,
): Promise<Photo[]> {
  const photos = paths.map((path): Photo => ({ path, name: basename(path) }))
  const waiting = [...photos]
  const sender = async (): Promise<void> => {
    for (let photo = waiting.shift(); photo; photo = waiting.shift()) {
      await upload(url, photo, signal)
      onChange(photo)
    }
  }
  const sending = Promise.all(Array.from({ length: AT_ONCE }, sender))
  const following = photos.map((photo) => follow(url, photo, onChange, signal))
  await Promise.all([sending, ...following])
  return photos
}

async function upload(url: string, photo: Photo, signal: AbortSignal): Promise<void> {
  const form = new FormData()
  form.append('file', await openAsBlob(photo.path), photo.name)
  const answer = await fetch(`${url}/api/v1/tasks`, { method: 'POST', body: form, signal })
  const body: unknown = await answer.json()
  if (answer.ok) photo.task = taskSchema.parse(body)
  else photo.fault = problem.safeParse(body).data?.detail ?? `HTTP ${answer.status}`
}

async function follow(url: string, photo: Photo, onChange: OnChange, signal: AbortSignal): Promise<void> {
  while (!hasEnded(photo)) {
    await pause(ASK_MS, undefined, { signal })
    if (photo.task) await ask(url, photo, photo.task, onChange, signal)
  }
}

async function ask(url: string, photo: Photo, before: Task, onChange: OnChange, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${url}${before.links.self}`, { signal })
  if (!answer.ok) throw new Error(`${photo.name}: the API responded with ${answer.status} to a request for its task`)
  const task = taskSchema.parse(await answer.json())
  photo.task = task
  if (task.status !== 'completed' && FINAL.includes(task.status)) photo.fault = task.error?.message ?? task.status
  if (task.status !== before.status || task.progress.percent !== before.progress.percent) onChange(photo)
}

export function hasEnded(photo: Photo): boolean {
  return photo.fault !== undefined || (photo.task !== undefined && FINAL.includes(photo.task.status))
}
