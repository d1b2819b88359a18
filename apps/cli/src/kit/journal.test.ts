import { appendFile, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openJournal } from './journal.ts'

const PURPOSE = { url: 'http://localhost:3000', paths: ['/photos'] }
const DAY_SECONDS = 86_400
const photo = { path: '/photos/a.jpg', name: 'a.jpg', bytes: 10, modifiedMs: 1 }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-journal-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function interruptedRun(): Promise<string> {
  const journal = await openJournal(folder, PURPOSE)
  const key = journal.keyOf(photo)
  await journal.note(key, 'task-1')
  await journal.close(false)
  return key
}

const journalFile = async (): Promise<string> => join(folder, (await readdir(folder))[0] ?? '')

it('continues an interrupted run: its files are known, and the others have the keys that they had', async () => {
  const key = await interruptedRun()
  const journal = await openJournal(folder, PURPOSE)
  expect([journal.continued, journal.keyOf(photo), journal.taskOf(key)]).toEqual([1, key, 'task-1'])
  // A file that was changed meanwhile is another one.
  expect(journal.taskOf(journal.keyOf({ ...photo, modifiedMs: 2 }))).toBeUndefined()
  await journal.close(true)
  expect(await readdir(folder)).toEqual([])
})

it('keeps the keys of a run that was interrupted before its first response', async () => {
  const first = await openJournal(folder, PURPOSE)
  await first.close(false)
  const second = await openJournal(folder, PURPOSE)
  expect(second.keyOf(photo)).toBe(first.keyOf(photo))
  await second.close(false)
})

it.each([
  ['other arguments', { ...PURPOSE, paths: ['/others'] }, {}],
  ['the wish to start afresh', PURPOSE, { afresh: true }],
])('begins a new run with %s', async (_what, purpose, options) => {
  const key = await interruptedRun()
  const journal = await openJournal(folder, purpose, options)
  expect(journal.continued).toBe(0)
  expect(journal.keyOf(photo)).not.toBe(key)
  await journal.close(true)
})

it('begins a new run after a day, when the API has forgotten the keys', async () => {
  await interruptedRun()
  const then = Date.now() / 1000 - DAY_SECONDS - 1
  await utimes(await journalFile(), then, then)
  const journal = await openJournal(folder, PURPOSE)
  expect(journal.continued).toBe(0)
  await journal.close(true)
})

it('ignores a line that was cut off by a crash, and can be continued again', async () => {
  const key = await interruptedRun()
  await appendFile(await journalFile(), '{"key":"ab')
  const journal = await openJournal(folder, PURPOSE)
  expect(journal.taskOf(key)).toBe('task-1')
  await journal.note('other', 'task-2')
  await journal.close(false)
  const again = await openJournal(folder, PURPOSE)
  expect([again.continued, again.taskOf('other')]).toEqual([2, 'task-2'])
  await again.close(true)
})
