import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ListedTask } from '@darkroom/contracts'
import type { Storage } from '@darkroom/storage'
import type { Response } from 'express'
import { ZipFile } from 'yazl'
import { AppError } from '../app-error.ts'
import { filesIn } from '../kinds/file-views.ts'

const WITHOUT_EXTRAS = { forceZip64Format: false, comment: '' }

/** A file in the archive. */
interface Entry {
  name: string
  path: string
  bytes: number
}

export type SendBatch = (res: Response, batchId: string, tasks: readonly ListedTask[]) => Promise<void>

/**
 * Sends the largest file of each completed task as one archive, in the order of the tasks. Photos
 * are compressed already, so they are stored as they are, and the length is known before the first
 * byte.
 */
export function createSendBatch(storage: Storage): SendBatch {
  return async (res, batchId, tasks) => {
    const entries = entriesOf(tasks)
    if (entries.length === 0)
      throw new AppError('TASK_NOT_READY', 'No task of this batch is completed yet; try again in a moment.', {
        headers: { 'Retry-After': '1' },
      })
    res.set({
      'Content-Type': 'application/zip',
      'Content-Disposition': `attachment; filename=batch-${batchId}.zip`,
      'Cache-Control': 'no-store',
    })
    if (res.req.method === 'HEAD') res.end()
    else await sendZip(res, entries, storage)
  }
}

async function sendZip(res: Response, entries: readonly Entry[], storage: Storage): Promise<void> {
  const zip = new ZipFile()
  let open: Readable | undefined
  for (const { name, path, bytes } of entries)
    zip.addReadStreamLazy(name, { compress: false, size: bytes }, (opened) => {
      storage.open(path).then(
        ({ stream }) => opened(null, (open = stream)),
        (error: Error) => opened(error, null as never),
      )
    })
  // A file that is gone cuts the archive off: its client notices by the length.
  zip.on('error', (error: Error) => res.destroy(error))
  res.set('Content-Length', String(await endOf(zip)))
  await pipeline(zip.outputStream, res).catch(() => {})
  // The client may have left in the middle of a file.
  open?.destroy()
}

/** Numbered, so that they stay in order and no name occurs twice. */
function entriesOf(tasks: readonly ListedTask[]): Entry[] {
  const digits = String(tasks.length).length
  return tasks.flatMap((task, index) => {
    const { status, name } = task
    const [largest] = filesIn(task)
    if (status !== 'completed' || !largest) return []
    const stem = name.replace(/\.[A-Za-z0-9]{1,5}$/, '').replaceAll(/[\\/:]/g, '_')
    const place = String(index + 1).padStart(digits, '0')
    const { path, size: bytes } = largest
    return [{ name: `${place} ${stem}-${largest.name}${extname(path)}`, path, bytes }]
  })
}

/** Adds no more files. Returns the length of the archive, of which the types do not know. */
const endOf = (zip: ZipFile): Promise<number> =>
  new Promise((resolve) => zip.end(WITHOUT_EXTRAS, ((bytes: number) => resolve(bytes)) as () => void))
