import type { Db } from 'mongodb'
import { findingsOf, type Finding } from './finding.ts'

/** The dispatcher looks for due deliveries at each sweep, every few seconds. */
const OVERDUE_MS = 60_000
const DAY_MS = 86_400_000
const NAMED = 3

/** Whether webhooks, emails and texts arrive. Nothing is reported where none was ever due. */
export async function checkDeliveries(db: Db, now = Date.now()): Promise<Finding[]> {
  const { findings, report } = findingsOf('Deliveries')
  const deliveries = db.collection('deliveries')
  const isOpen = { $type: 'date' } as const
  const [open, overdue, failed, switchedOff] = await Promise.all([
    deliveries.countDocuments({ nextAt: isOpen }),
    deliveries.countDocuments({ nextAt: { $lt: new Date(now - OVERDUE_MS), ...isOpen } }),
    deliveries.countDocuments({ state: 'failed', endedAt: { $gt: new Date(now - DAY_MS) } }),
    db
      .collection('webhooks')
      .find({ disabled: { $type: 'object' } }, { projection: { url: 1, disabled: 1 } })
      .toArray(),
  ])
  if (open + failed > 0) report('OK', `${open} waiting, ${failed} given up in the last 24 hours`)
  if (overdue > 0)
    report(
      'WARN',
      `${overdue} have been due for more than a minute`,
      'No API process sends them: start one, or check its log.',
    )
  if (switchedOff.length > 0) {
    const named = switchedOff.slice(0, NAMED).map(({ url, disabled }) => `${String(url)} (${reasonOf(disabled)})`)
    report(
      'WARN',
      `webhooks switched off: ${named.join(', ')}${switchedOff.length > NAMED ? ` and ${switchedOff.length - NAMED} more` : ''}`,
      'Once their receivers work, switch them on again: PATCH /api/v1/webhooks/{id} with {"enabled": true}.',
    )
  }
  return findings
}

const reasonOf = (disabled: unknown): string => String((disabled as { reason?: unknown }).reason)
