import type { Db } from 'mongodb'
import { findingsOf, type Finding } from './finding.ts'

/** A sweep checks due tasks every few seconds. */
const OVERDUE_MS = 60_000
const NAMED = 3
const UNFINISHED = ['pending', 'processing']

/** Whether tasks finish. */
export async function checkTasks(db: Db, now = Date.now()): Promise<Finding[]> {
  const { findings, report } = findingsOf('Tasks')
  const tasks = db.collection('tasks')
  const unfinished = { nextCheckAt: { $type: 'date' }, status: { $in: UNFINISHED } } as const
  const stuck = { ...unfinished, lateAt: { $lt: new Date(now) } }
  const [open, failed, overdue, stuckCount, stuckTasks] = await Promise.all([
    tasks.countDocuments(unfinished),
    tasks.countDocuments({ status: 'failed' }),
    tasks.countDocuments({ nextCheckAt: { $lt: new Date(now - OVERDUE_MS), $type: 'date' } }),
    tasks.countDocuments(stuck),
    tasks
      .find(stuck, { projection: { _id: 1, status: 1 } })
      .limit(NAMED)
      .toArray(),
  ])
  report(
    'OK',
    `${open} unfinished, ${failed} failed for good${failed > 0 ? ' (see /api/v1/dead-letters?groupBy=error)' : ''}`,
  )
  if (overdue > 0) {
    report(
      'WARN',
      `${overdue} tasks have been due for a check for more than a minute`,
      'No API process checks them: start one, or check its log.',
    )
  }
  if (stuckCount === 0) return findings
  const names = stuckTasks.map(({ _id, status }) => `${String(_id)} (${String(status)})`).join(', ')
  report(
    'FAIL',
    `${stuckCount} tasks have taken more than three times as long as expected: ${names}${stuckCount > NAMED ? ' …' : ''}`,
    'Check the findings about the queue and its workers first; if there are none, cancel and retry the tasks, or search the log for their ids.',
  )
  return findings
}
