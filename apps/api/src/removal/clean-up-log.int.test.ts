import { toStoredFile } from '@darkroom/contracts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@darkroom/runtime'
import { createDiskStorage } from '@darkroom/storage'
import { recordLog, uniqueName } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { openDatabase, openRedis, testLog } from '../../test/start-test-api.ts'
import { newRecord, variantOf } from '../../test/task-history.ts'
import { CleanupTotalsStore } from './cleanup-totals-store.ts'
import { ExpireTasks, ExpireTasksHandler } from './expire-tasks.ts'
import { ExpiryStore } from './expiry-store.ts'
import { FileRemover } from './file-remover.ts'
import { createAnnouncer } from '../tasks/announce.ts'
import { TaskCache } from '../tasks/task-cache.ts'
import { TaskStore } from '../tasks/task-store.ts'

it('the results of a clean-up are logged and added to the totals [S0.12, S0.15]', async () => {
  const name = uniqueName('clean-up')
  const [database, redis, dataDir] = [
    await openDatabase(name),
    await openRedis(),
    await mkdtemp(join(tmpdir(), `${name}-`)),
  ]
  const store = new TaskStore(database.connection)
  const expiries = new ExpiryStore(database.connection)
  const storage = createDiskStorage(dataDir)
  const totals = new CleanupTotalsStore(database.connection)
  const { log, lines } = recordLog<Logger>()
  const handler = new ExpireTasksHandler({
    store,
    expiries,
    files: new FileRemover({ store: expiries, storage, appliedUntil: Date.now }),
    totals,
    announcer: createAnnouncer({ cache: new TaskCache(redis, `${name}:`, testLog), publish: async () => {} }),
    recordRemoved: async () => {},
    keep: { graceMs: 0, recordMs: 0 },
    log,
    now: Date.now,
  })
  const bytes = Buffer.alloc(1000)
  const image = variantOf('800', 600, 'a'.repeat(32), bytes.length)
  const record = newRecord({
    status: 'completed',
    nextCheckAt: null,
    files: [toStoredFile(image)],
    expiresAt: new Date(0),
  })
  await store.insert(record)
  await storage.put(image.path, bytes)
  await storage.put(record.originalPath, bytes)

  const run = () => handler.handle(new ExpireTasks(new AbortController().signal))
  // What one run has made due is done by the next, at the latest.
  const reports = [await run(), await run(), await run()]
  const sum = (field: 'tasksExpired' | 'filesRemoved' | 'bytesFreed' | 'recordsRemoved') =>
    reports.reduce((total, report) => total + report[field], 0)
  const done = {
    tasksExpired: sum('tasksExpired'),
    filesRemoved: sum('filesRemoved'),
    bytesFreed: sum('bytesFreed'),
    recordsRemoved: sum('recordsRemoved'),
  }
  expect(done).toEqual({ tasksExpired: 1, filesRemoved: 2, bytesFreed: 2000, recordsRemoved: 1 })
  const logged = lines.filter(({ level, message }) => level === 'info' && message === 'clean-up')
  expect(logged.length).toBeGreaterThan(0)
  for (const line of logged) {
    const fields = ['bytesFreed', 'durationMs', 'filesRemoved', 'level', 'message', 'recordsRemoved', 'tasksExpired']
    expect(Object.keys(line).toSorted()).toEqual(fields)
  }
  for (const [field, total] of Object.entries(done)) {
    expect(logged.reduce((soFar, line) => soFar + Number(line[field]), 0)).toBe(total)
  }
  const kept = await database.connection.collection('cleanup-totals').findOne({})
  expect(kept).toMatchObject({ runs: logged.length, ...done })
  redis.disconnect()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})
