import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundFile } from './find-files.ts'

/** As long as the API remembers Idempotency-Keys. */
const KEPT_MS = 24 * 3_600_000

export type Journal = Awaited<ReturnType<typeof openJournal>>

/**
 * What a run has sent so far. If the run is interrupted, the next one with the same `purpose`
 * continues it: each file has the same key again, also one whose response was not received.
 */
export async function openJournal(folder: string, purpose: unknown, { afresh = false } = {}) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${digest(JSON.stringify(purpose)).slice(0, 32)}.jsonl`)
  if (afresh || (await isOld(path))) await rm(path, { force: true })
  const text = await readFile(path, 'utf8').catch(() => '')
  const { run = randomUUID(), sent } = parse(text)
  const file = await open(path, 'a', 0o600)
  if (!text.endsWith('\n')) await file.write(`\n${JSON.stringify({ run })}\n`)

  return {
    /** How many files an interrupted run has sent. */
    continued: sent.size,
    keyOf: ({ path: source, bytes, modifiedMs }: FoundFile): string =>
      digest(JSON.stringify([run, source, bytes, modifiedMs])),
    /** The id of the task, if the file was sent already. */
    taskOf: (key: string): string | undefined => sent.get(key),
    note: async (key: string, id: string): Promise<void> => void (await file.write(`${JSON.stringify({ key, id })}\n`)),
    /** Without `isDone` the next run continues this one. */
    close: async (isDone: boolean): Promise<void> => {
      await file.close()
      if (isDone) await rm(path, { force: true })
    },
  }
}

interface Entry {
  run?: string
  key?: string
  id?: string
}

function parse(text: string): { run?: string; sent: Map<string, string> } {
  const sent = new Map<string, string>()
  let run: string | undefined
  for (const line of text.split('\n')) {
    const entry = entryOf(line)
    run ??= entry.run
    if (entry.key !== undefined && entry.id !== undefined) sent.set(entry.key, entry.id)
  }
  return { ...(run !== undefined && { run }), sent }
}

/** Nothing, if a crash cut the line off. */
function entryOf(line: string): Entry {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return {}
  }
}

const isOld = async (path: string): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > KEPT_MS,
    () => false,
  )

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
