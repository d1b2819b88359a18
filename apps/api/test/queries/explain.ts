import type { Connection } from 'mongoose'
import type { Asked } from './record-commands.ts'

const SCANS = new Set(['COLLSCAN', 'SORT'])

/** Where a server tells its plans: the stages of this command that read everything or sort more than a few in memory. */
export async function scannedBy(connection: Connection, { sent }: Asked, few: boolean): Promise<string[]> {
  const { lsid: _l, $db: _d, $clusterTime: _c, txnNumber: _t, ...command } = sent
  const plan = await connection.db?.command({ explain: command, verbosity: 'queryPlanner' })
  return stagesOf(plan)
    .filter((stage) => SCANS.has(stage) && !(few && stage === 'SORT'))
    .map((stage) => `the server's plan has the stage ${stage}`)
}

function stagesOf(plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return []
  const { stage, rejectedPlans: _rejected, ...rest } = plan as { stage?: unknown; rejectedPlans?: unknown }
  return [...(typeof stage === 'string' ? [stage] : []), ...Object.values(rest).flatMap(stagesOf)]
}
