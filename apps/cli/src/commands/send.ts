import { openAsBlob } from 'node:fs'
import { basename, join } from 'node:path'
import { DarkroomError, type FileTask } from '@darkroom/client'
import pLimit from 'p-limit'
import { EXIT, WrongUse } from '../kit/exit-codes.ts'
import { findFiles, namedPaths, type FoundFile, type NamedPath } from '../kit/find-files.ts'
import { follow } from '../kit/follow.ts'
import { inParallel } from '../kit/in-parallel.ts'
import { openJournal, type Journal } from '../kit/journal.ts'
import { messageOf } from '../kit/message-of.ts'
import { patient } from '../kit/patient.ts'
import { createRows, type Row, type Rows } from '../kit/rows.ts'
import type { Command, Shell } from '../kit/shell.ts'

export type TaskFields = Omit<FileTask, 'file' | 'name'>

export interface SendOptions {
  fields: TaskFields
  /** Also wait for the tasks. */
  wait: boolean
  /** Uploads at the same time. */
  atOnce: number
  /** Send all files, whatever an interrupted run has sent. */
  afresh: boolean
}

interface Run {
  shell: Shell
  options: SendOptions
  journal: Journal
  rows: Rows
  counts: { sent: number; ended: number; bad: number }
}

const FOLLOWED_AT_ONCE = 32

/** Sends files, each as a task. Continues an interrupted run with the same arguments. */
export async function send(hasty: Shell, paths: string[], options: SendOptions): Command {
  const named = await namedPaths(paths)
  const shell = await patient(hasty)
  const { env, out, signal } = shell
  const purpose = { url: env.url, key: env.key, paths: named.map(({ path }) => path), fields: options.fields }
  const journal = await openJournal(join(env.stateFolder, 'sends'), purpose, { afresh: options.afresh })
  if (journal.continued > 0)
    out.note(`Continuing an interrupted run: ${journal.continued} sent already (--afresh sends everything again)`)
  const counts = { sent: 0, ended: 0, bad: 0 }
  const summary = (): string =>
    `${counts.sent} sent${options.wait ? `, ${counts.ended} ended` : ''}, ${counts.bad} with an error`
  const rows = createRows(out, summary)
  let failure: unknown
  try {
    await sendAll({ shell, options, journal, rows, counts }, named)
  } catch (error) {
    failure = error
  }
  rows.close()
  await journal.close(failure === undefined)
  if (failure !== undefined) out.note(`Stopped: ${summary()}. The same command continues.`)
  if (signal.aborted) return EXIT.interrupted
  if (failure !== undefined) throw failure as Error
  if (counts.sent + counts.bad === 0) throw new WrongUse(`There are no photos in ${paths.join(', ')}`)
  out.note(summary())
  return counts.bad > 0 ? EXIT.refused : EXIT.done
}

/** Stops at the first error that is not about a single file; uploads in progress are finished. */
async function sendAll(run: Run, named: NamedPath[]): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([run.shell.signal, over.signal])
  const following = { ...run, shell: { ...run.shell, signal } }
  let failure: unknown
  const fail = (error: unknown): void => {
    failure ??= error
    over.abort()
  }
  const limited = pLimit(FOLLOWED_AT_ONCE)
  const ends: Promise<void>[] = []
  const files = findFiles(named, (entry, error) => refuse(run, entry, error))
  await inParallel(files, run.options.atOnce, async (file) => {
    signal.throwIfAborted()
    const sent = await sendOne(run, file)
    if (sent && run.options.wait) ends.push(limited(() => followOne(following, sent)).catch(fail))
  }).catch(fail)
  await Promise.all(ends)
  if (failure !== undefined) throw failure as Error
}

interface Sent {
  id: string
  row: Row
}

/** Returns undefined if the file was refused. */
async function sendOne(run: Run, file: FoundFile): Promise<Sent | undefined> {
  const { options, journal, rows, counts } = run
  const row: Row = { name: file.name, status: 'sending' }
  const key = journal.keyOf(file)
  const known = journal.taskOf(key)
  try {
    const id = known ?? (await upload(run, file, { key, row }))
    counts.sent++
    row.status = 'accepted'
    if (options.wait) rows.show(row)
    else if (known === undefined) rows.end({ ...row, outcome: id })
    return { id, row }
  } catch (error) {
    if (!isAboutFile(error)) throw error
    refuse(run, file, error, row)
    return undefined
  }
}

function refuse(
  { shell, rows, counts }: Run,
  { path, name }: NamedPath,
  error: DarkroomError,
  row: Row = { name, status: '' },
): void {
  const { code } = error
  const message = messageOf(error, shell.env)
  counts.bad++
  rows.end(Object.assign(row, { status: 'refused', outcome: `${code}: ${message}` }))
  shell.out.json({ file: path, error: { code, message } })
}

async function upload(
  { shell, options, journal, rows }: Run,
  { path }: FoundFile,
  { key, row }: { key: string; row: Row },
): Promise<string> {
  rows.show(row)
  const file = new File([await openAsBlob(path)], basename(path))
  const { signal, darkroom, out } = shell
  const task = { ...options.fields, file, name: file.name }
  const accepted = await darkroom.create(task, { idempotencyKey: key, signal })
  await journal.note(key, accepted.id)
  if (!options.wait) out.json({ file: path, task: accepted })
  return accepted.id
}

async function followOne({ shell, rows, counts }: Run, { id, row }: Sent): Promise<void> {
  const task = await follow(shell, id, row, rows)
  counts.ended++
  if (task?.status !== 'completed') counts.bad++
}

/** Whether other files may well be accepted. */
const isAboutFile = (error: unknown): error is DarkroomError =>
  error instanceof DarkroomError &&
  (error.code === 'FILE_UNREADABLE' || [400, 413, 415, 422].includes(error.status ?? 0))
