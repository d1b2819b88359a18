import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import type { BatchFields } from '@darkroom/client'
import pLimit from 'p-limit'
import { EXIT, WrongUse } from '../kit/exit-codes.ts'
import { findFiles, namedPaths, type NamedPath, type Refuse } from '../kit/find-files.ts'
import { follow } from '../kit/follow.ts'
import { withoutCurl } from '../kit/message-of.ts'
import { patient } from '../kit/patient.ts'
import { createRows, type Row } from '../kit/rows.ts'
import type { Command, Shell } from '../kit/shell.ts'

const FOLLOWED_AT_ONCE = 32

/** Sends files in as few requests as possible, as batches. */
export async function sendBatch(hasty: Shell, paths: string[], fields: BatchFields, wait: boolean): Command {
  const named = await namedPaths(paths)
  const shell = await patient(hasty)
  const { darkroom, out, signal } = shell
  const batches = new Set<string>()
  const counts = { sent: 0, bad: 0 }
  const rows = createRows(out, () => `${counts.sent} sent in ${batches.size} batches, ${counts.bad} with an error`)
  const limited = pLimit(FOLLOWED_AT_ONCE)
  const ends: Promise<void>[] = []
  const end = async (id: string, row: Row): Promise<void> => {
    if ((await follow(shell, id, row, rows))?.status !== 'completed') counts.bad++
  }
  const refuse: Refuse = ({ name }, { code, message }) => {
    counts.bad++
    rows.end({ name, status: 'refused', outcome: `${code}: ${message}` })
    out.json({ name, status: 'rejected', problem: { code, detail: message } })
  }
  try {
    for await (const result of darkroom.createBatch(filesOf(named, refuse), fields, { signal })) {
      const row: Row = { name: result.name, status: result.status }
      if (result.batchId !== undefined) batches.add(result.batchId)
      if (result.status === 'rejected') {
        counts.bad++
        rows.end({
          ...row,
          status: 'refused',
          outcome: `${result.problem.code}: ${withoutCurl(result.problem.detail)}`,
        })
      } else {
        counts.sent++
        const { id } = result.task
        if (wait) ends.push(limited(() => end(id, row)))
        else rows.end({ ...row, outcome: id })
      }
      if (!wait || result.status === 'rejected') out.json({ ...result, file: undefined })
    }
    await Promise.all(ends)
  } finally {
    rows.close()
  }
  if (counts.sent + counts.bad === 0) throw new WrongUse(`There are no photos in ${paths.join(', ')}`)
  for (const id of batches) out.line(`batch ${id}`)
  return counts.bad > 0 ? EXIT.refused : EXIT.done
}

/** Their bytes stay on the disk until they are sent. */
async function* filesOf(named: NamedPath[], refuse: Refuse): AsyncGenerator<File> {
  for await (const { path } of findFiles(named, refuse)) yield new File([await openAsBlob(path)], basename(path))
}
