import { Types, type Connection } from 'mongoose'
import type { Asked } from './record-commands.ts'

const OF_THE_SENDING = new Set(['lsid', 'txnNumber', 'writeConcern', 'maxTimeMS'])
const SCANS = new Set(['COLLSCAN', 'SORT'])

/**
 * Whether a server plans queries like MongoDB. One that scans the collection for a task by id and
 * tenant does not.
 */
export async function plansLikeMongo(connection: Connection): Promise<boolean> {
  const filter = { _id: new Types.ObjectId(), tenant: 'mine' }
  const plan = await connection.db?.command({ explain: { find: 'tasks', filter }, verbosity: 'queryPlanner' })
  return !stagesOf(plan).includes('COLLSCAN')
}

/**
 * The stages of a command's plan that scan the collection or sort more than a few documents in
 * memory, if the server shows its plans.
 */
export async function scannedBy(connection: Connection, { sent }: Asked, few: boolean): Promise<string[]> {
  const command = Object.fromEntries(
    Object.entries(sent).filter(([name]) => !name.startsWith('$') && !OF_THE_SENDING.has(name)),
  )
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
