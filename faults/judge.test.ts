import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Entry, Event, StoredTask, TaskView } from './history.ts'
import { judge } from './judge.ts'
import { recoveries, runsMet } from './numbers.ts'

const ID = '0123456789abcdef01234567'
const OTHER = 'ffffffffffffffffffffffff'
const md5 = createHash('md5').update('a variant').digest('hex')
const path = (name: string | number): string => `output/photo-1/${name}/${md5}.jpg`
const WIDTHS = [
  ['1024', 1024],
  ['800', 800],
  ['thumb', 320],
] as const
const made = WIDTHS.map(([name, width]) => ({ name, path: path(name), md5, facts: { width } }))
const ALL = [path(1024), path(800), path('thumb')]
const log = [
  { seq: 1001, epoch: 1, attempt: 1, type: 'task.processing' },
  { seq: 1998, epoch: 1, attempt: 1, type: 'task.completed' },
]

const stored: StoredTask = {
  ...{
    id: ID,
    status: 'completed',
    epoch: 1,
    seq: 1998,
    rev: 2,
    name: 'photo-1.jpg',
    originalPath: `storage/images/${ID}/original.jpg`,
  },
  ...{
    source: { width: 1600, sha256: 'x' },
    idempotency: { key: 'key-1' },
    files: made,
    attempts: { made: 1 },
    error: null,
    nextCheckAt: null,
  },
  ...{ updatedAt: '2026-01-01T00:00:00.000Z', log },
}

interface World {
  tasks?: StoredTask[]
  /** In addition to what a correct run leaves. */
  more?: Event[]
  view?: Partial<TaskView>
  files?: string[]
  good?: boolean
}

const viewOf = (task: StoredTask): TaskView => task

/** The history of one successful upload, except for the changes of the test. */
function historyOf({ tasks = [stored], more = [], view = {}, files, good = true }: World = {}): Entry[] {
  const args = { key: 'key-1', name: 'photo-1.jpg', picture: 'base 1', good }
  const keys = files ?? [`storage/images/${ID}/original.jpg`, ...ALL]
  const events: Event[] = [
    { op: 'upload', outcome: 'unknown', args, ms: 5 },
    { op: 'upload', outcome: 'ok', args, ms: 5, status: 202, taskId: ID },
    { op: 'rest', outcome: 'ok', ms: 1, args: { waitingFor: [] } },
    ...tasks.map((task): Event => ({ op: 'document', args: task })),
    ...tasks.map((task): Event => ({
      op: 'view',
      args: { taskId: task.id, http: 200, view: { ...viewOf(task), ...view } },
    })),
    { op: 'list', args: { http: 200, total: tasks.length, items: tasks.map(viewOf) } },
    ...keys.map((key): Event => ({
      op: 'file',
      args: { key, bytes: 9, md5, ageMs: 1000, width: widthIn(key) },
    })),
    ...more,
  ]
  return events.map((event, index) => ({ t: index, process: 'test', ...event }))
}

const widthIn = (key: string): number | null => WIDTHS.find(([name]) => key.includes(`/${name}/`))?.[1] ?? null

const brokenIn = (world: World): string[] => judge(historyOf(world), '').violations.map(({ invariant }) => invariant)

test('a correct history passes', () => {
  const verdict = judge(historyOf(), 'x.ndjson')
  expect(verdict.violations).toEqual([])
  expect(verdict).toMatchObject({
    passed: true,
    numbers: { tasks: 1, accepted: 1, lost: 0, duplicated: 0, stuck: 0, failedGood: 0 },
  })
})

test('a history without final reads proves nothing', () => {
  expect(judge([], '').passed).toBe(false)
})

test('a lost task', () => {
  const verdict = judge(historyOf({ tasks: [] }), '')
  expect(verdict.numbers.lost).toBe(1)
  expect(verdict.violations.map(({ invariant }) => invariant)).toContain('I1')
})

test('a stuck task', () => {
  const stuck = { ...stored, status: 'processing', seq: 1001, rev: 1, log: log.slice(0, 1), files: [] }
  expect(brokenIn({ tasks: [stuck], files: [] })).toEqual(['I1'])
})

test('two tasks for one upload, with or without a response', () => {
  const twin = { ...stored, id: OTHER }
  expect(brokenIn({ tasks: [stored, twin] })).toEqual(['I2'])
  const answered: Event = {
    op: 'upload',
    outcome: 'ok',
    ms: 1,
    taskId: OTHER,
    args: { key: 'key-1', name: 'photo-1.jpg', picture: 'base 1', good: true },
  }
  const { idempotency: _key, ...keyless } = twin
  expect(brokenIn({ tasks: [stored, keyless], more: [answered] })).toEqual(['I2'])
})

test.each([
  ['a missing variant', [path(800), path('thumb')]],
  ['a missing thumbnail', [path(1024), path(800)]],
  ['a variant that no task lists', [...ALL, `output/photo-1/640/${md5}.jpg`]],
  [
    'a variant whose bytes do not match its name',
    [path(1024), path(800).replace(md5, md5.replaceAll(/./g, '0')), path('thumb')],
  ],
])('%s', (_what, files) => {
  expect(brokenIn({ files })).toEqual(['I3'])
})

test('a partial variant seen while faults were being injected', () => {
  const torn: Event = {
    op: 'file',
    args: { key: path(1024), bytes: 4, md5: 'another', ageMs: 1, width: null, early: true },
  }
  expect(brokenIn({ more: [torn] })).toEqual(['I3'])
})

test('the same pixels with different results', () => {
  const { idempotency: _key, ...rest } = stored
  const other = createHash('md5').update('another').digest('hex')
  const different = made.map((file) => ({ ...file, md5: other, path: file.path.replace(md5, other) }))
  const upload: Event = {
    op: 'upload',
    outcome: 'ok',
    ms: 1,
    taskId: OTHER,
    args: { key: 'key-2', name: 'p2.jpg', picture: 'base 1', good: true },
  }
  const files = different.map((image): Event => ({
    op: 'file',
    args: { key: image.path, bytes: 9, md5: other, ageMs: 1, width: image.facts.width },
  }))
  expect(brokenIn({ tasks: [stored, { ...rest, id: OTHER, files: different }], more: [upload, ...files] })).toEqual([
    'I3',
  ])
})

test.each([
  ['a temporary file', 'output/photo-1/800/.x.jpg.0123.tmp'],
  ['an original without a document', `storage/images/${OTHER}/original.jpg`],
])('%s that is left over', (_what, key) => {
  expect(brokenIn({ files: [key, ...ALL] })).toEqual(['I4'])
})

test('a valid picture that failed, an invalid one that completed', () => {
  const failed = {
    ...stored,
    status: 'failed',
    files: [],
    error: { code: 'INTERNAL' },
    log: [{ ...log[0]!, type: 'task.failed', seq: 1998 }],
    rev: 1,
  }
  expect(brokenIn({ tasks: [failed], files: [] })).toEqual(['I5'])
  expect(brokenIn({ good: false })).toEqual(['I5'])
})

test('a valid picture that failed although its client never got an answer', () => {
  const unanswered = { key: 'key-2', name: 'photo-2.jpg', picture: 'base 2', good: true }
  const failed = { ...stored, id: 'b'.repeat(24), status: 'failed', idempotency: { key: 'key-2' } }
  const more: Event[] = [
    { op: 'upload', outcome: 'unknown', args: unanswered, ms: 5 },
    { op: 'document', args: failed },
  ]
  expect(brokenIn({ more })).toContain('I5')
})

test('a task that expired on time, early, or without having completed', () => {
  const at = (second: number): string => new Date(second * 1000).toISOString()
  const expire = (steps: StoredTask['log'], expiresAt: string): StoredTask => {
    const expired = { seq: 900_000, epoch: 1, attempt: 1, type: 'task.expired', at: at(100) }
    const history = [...steps, expired]
    return { ...stored, status: 'expired', files: [], seq: expired.seq, rev: history.length, log: history, expiresAt }
  }
  expect(brokenIn({ tasks: [expire(log, at(99))], files: [] })).toEqual([])
  expect(brokenIn({ tasks: [expire(log, at(101))], files: [] })).toEqual(['I5'])
  expect(brokenIn({ tasks: [expire(log.slice(0, 1), at(99))], files: [] })).toEqual(['I5'])
})

test('a task that was retried', () => {
  const again = [{ seq: 0, type: 'task.created' }, ...log].map((step) => ({ attempt: 0, ...step, epoch: 2 }))
  expect(brokenIn({ tasks: [{ ...stored, epoch: 2, rev: 5, log: [...log, ...again] }] })).toEqual([])
})

test.each([
  ['a step after the end', [...log, { seq: 2001, epoch: 1, attempt: 2, type: 'task.processing' }]],
  ['a repeated seq', [log[0]!, log[0]!, log[1]!]],
  ['a decreasing epoch', [{ ...log[0]!, epoch: 2 }, log[1]!]],
  ['a last step that does not match the status', [log[0]!]],
])('an invalid history: %s', (_what, steps) => {
  expect(brokenIn({ tasks: [{ ...stored, log: steps, rev: steps.length }] })).toContain('I6')
})

test('a write that is not in the log, and one that logged too much; the start of a run may be written with the next step', () => {
  expect(brokenIn({ tasks: [{ ...stored, rev: 3 }] })).toEqual(['I6'])
  expect(brokenIn({ tasks: [{ ...stored, rev: 1 }] })).toEqual([])
  expect(brokenIn({ tasks: [{ ...stored, rev: 0 }] })).toEqual(['I6'])
  const another = { ...log[0]!, seq: 2, attempt: 0 }
  expect(brokenIn({ tasks: [{ ...stored, rev: 2, log: [another, ...log] }] })).toEqual([])
  expect(brokenIn({ tasks: [{ ...stored, rev: 1, log: [another, ...log] }] })).toEqual(['I6'])
})

test('a client that saw a finished task continue', () => {
  const saw = (status: string, ms = 0): Event => ({ op: 'read', outcome: 'ok', ms, args: { taskId: ID }, status })
  expect(brokenIn({ more: [saw('processing'), saw('completed')] })).toEqual([])
  expect(brokenIn({ more: [saw('completed'), saw('processing')] })).toEqual(['I6'])
  expect(brokenIn({ more: [saw('completed'), saw('processing', 50)] })).toEqual([]) // requested before the other response arrived
})

test('an API that returns stale data', () => {
  expect(brokenIn({ view: { status: 'processing' } })).toEqual(['I7'])
})

test('a follower that received no end, or two; a repeated end counts once', () => {
  const follow: Event = { op: 'follow', args: { taskId: ID } }
  const saw = (id: string, type: string): Event => ({ op: 'saw', args: { taskId: ID, id, type } })
  expect(brokenIn({ more: [follow, saw('1.1998', 'task.completed'), saw('1.1998', 'task.completed')] })).toEqual([])
  expect(brokenIn({ more: [follow, saw('1.1001', 'task.processing')] })).toEqual(['I8'])
  expect(brokenIn({ more: [follow, saw('1.1998', 'task.completed'), saw('1.2998', 'task.completed')] })).toEqual(['I8'])
})

test('an uncaught error, an unexpected exit, a response 500, a 503 without Retry-After', () => {
  const args = { key: 'key-1', name: 'photo-1.jpg', picture: 'base 1', good: true }
  const accidents: Event[] = [
    { op: 'uncaught', args: { line: 'TypeError' } },
    { op: 'exit', args: { pid: 1, how: 'code 1', expected: false } },
    { op: 'upload', outcome: 'unknown', args, ms: 1, status: 500 },
    { op: 'upload', outcome: 'unknown', args, ms: 1, status: 503, retryAfter: false },
  ]
  for (const accident of accidents) expect(brokenIn({ more: [accident] })).toEqual(['I9'])
})

test('open files and memory that were not released', () => {
  const usage = (when: 'start' | 'end', rssBytes: number, openFiles: number): Event => ({
    op: 'usage',
    args: { when, pid: 7, rssBytes, openFiles },
  })
  expect(brokenIn({ more: [usage('start', 1e8, 30), usage('end', 1.1e8, 33)] })).toEqual([])
  expect(brokenIn({ more: [usage('start', 1e8, 30), usage('end', 4e8, 30)] })).toEqual(['I10'])
  expect(brokenIn({ more: [usage('start', 1e8, 30), usage('end', 1e8, 300)] })).toEqual(['I10'])
})

test("a scenario's own condition", () => {
  expect(brokenIn({ more: [{ op: 'check', outcome: 'fail', args: { name: 'recovery', detail: '60 s' } }] })).toEqual([
    'extra',
  ])
})

test('recovery is measured from the death of the worker to the next run, if both are known', () => {
  const at = (t: number, process: string, event: Event): Entry => ({ t, process, ...event })
  const run = (taskId: string, attempt: number): Event => ({ op: 'run', args: { taskId, attempt } })
  const exit: Event = { op: 'exit', args: { pid: 1, how: 'SIGKILL', expected: true } }
  const entries = [
    at(0, 'a', run('done', 1)),
    at(5, 'a', { op: 'run-end', args: { taskId: 'done', attempt: 1 } }),
    ...[at(10, 'a', run('hit', 1)), at(20, 'a', exit), at(6020, 'b', run('hit', 2))],
    ...[at(7000, 'b', run('twice', 1)), at(7100, 'b', exit), at(20_000, 'c', run('twice', 3))],
  ]
  expect(recoveries(entries)).toEqual([6000])
})

test('a fault affects the running jobs: all of them, or those of the process that it hit', () => {
  const at = (process: string, event: Event): Entry => ({ t: 0, process, ...event })
  const run = (op: 'run' | 'run-end', taskId: string): Event => ({ op, args: { taskId, attempt: 1 } })
  const fault = (target: string): Event => ({ op: 'fault', args: { fault: 'kill -9', target } })
  const running = [
    ...[at('worker-1', run('run', 'over')), at('worker-1', run('run-end', 'over'))],
    ...[at('worker-1', run('run', 'a')), at('worker-2', run('run', 'b'))],
  ]
  const exit = (how: string): Event => ({ op: 'exit', args: { pid: 1, how } })
  expect([...runsMet([...running, at('nemesis', fault('redis'))])]).toEqual(['a 1', 'b 1'])
  expect([...runsMet([...running, at('nemesis', fault('worker-2'))])]).toEqual(['b 1'])
  expect([...runsMet([...running, at('worker-1', exit('SIGKILL')), at('worker-2', exit('code 0'))])]).toEqual(['a 1'])
})
