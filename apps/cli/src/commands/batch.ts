import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import type { Batch, BatchFields, BatchFilter, BatchSummary } from '@darkroom/client'
import pLimit from 'p-limit'
import { EXIT, WrongUse } from '../kit/exit-codes.ts'
import { findFiles, namedPaths, type NamedPath, type Refuse } from '../kit/find-files.ts'
import { follow } from '../kit/follow.ts'
import { bar, colourOf, formatMs, table } from '../kit/format.ts'
import { withoutCurl } from '../kit/message-of.ts'
import { patient } from '../kit/patient.ts'
import { createRows, type Row } from '../kit/rows.ts'
import type { Command, Shell } from '../kit/shell.ts'

const FOLLOWED_AT_ONCE = 32
const SHOWN_AT_ONCE = 100
const STATUS_COLUMN = 1

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

/** Lists batches, newest first. */
export async function listBatches({ darkroom, out, signal }: Shell, filter: BatchFilter, limit: number): Command {
  const rows: string[][] = []
  for await (const batch of darkroom.batches({ ...filter, limit: Math.min(limit, SHOWN_AT_ONCE) }, { signal })) {
    out.json(batch)
    rows.push([batch.batchId, batch.status, `${ageOf(batch)} ago`, progressOf(batch)])
    if (rows.length === limit) break
  }
  for (const line of table(rows, (cell, at) => (at === STATUS_COLUMN ? colourOf(cell)(cell) : cell))) out.line(line)
  if (rows.length === 0) out.note('No batch matches.')
}

/** Follows a batch until all of its tasks have ended. */
export async function watchBatch(hasty: Shell, id: string): Command {
  const { darkroom, out, signal } = await patient(hasty)
  if (out.isJson) for await (const event of darkroom.batchEvents(id, { signal })) out.json(event)
  const onChange = (batch: Batch): void => out.line(`${bar(batch.percent)}  ${progressOf(batch)}`)
  const { counts, total } = await darkroom.waitBatch(id, { signal, onChange })
  return counts.completed === total ? EXIT.done : EXIT.refused
}

const ageOf = ({ createdAt }: BatchSummary): string => formatMs(Math.max(0, Date.now() - Date.parse(createdAt)))

/** Such as `3 tasks: 2 completed, 1 failed`. */
function progressOf({ total, counts }: Pick<BatchSummary, 'total' | 'counts'>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return `${total} tasks: ${some.map(([status, count]) => `${count} ${status}`).join(', ')}`
}

/** Their bytes stay on the disk until they are sent. */
async function* filesOf(named: NamedPath[], refuse: Refuse): AsyncGenerator<File> {
  for await (const { path } of findFiles(named, refuse)) yield new File([await openAsBlob(path)], basename(path))
}
