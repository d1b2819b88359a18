import type { Connection } from 'mongoose'

/** A command that reads or changes documents. */
export interface Asked {
  command: string
  collection: string
  filter: Record<string, unknown>
  sort?: Record<string, unknown> | undefined
  /** Whether it is limited to a number of documents. */
  isLimited: boolean
  isRead: boolean
  maxTimeMS?: number | undefined
  /** The command as it was sent. */
  sent: Record<string, unknown>
}

type Filter = Record<string, unknown>
/** The parts of commands that are inspected. */
interface Sent extends Filter {
  filter?: Filter
  query?: Filter
  sort?: Filter
  limit?: number
  maxTimeMS?: number
  pipeline?: { $match?: Filter; $sort?: Filter; $limit?: number }[]
  updates?: { q: Filter; multi?: boolean }[]
  deletes?: { q: Filter; limit: number }[]
}

const KEEPING = new Set([
  'hello',
  'ping',
  'endSessions',
  'createIndexes',
  'listIndexes',
  'insert',
  'getMore',
  'killCursors',
  'dropDatabase',
])

/**
 * Records every command with a query that a connection sends from now on. The connection must have
 * been opened with `monitorCommands`.
 */
export function recordCommands(connection: Connection): Asked[] {
  const asked: Asked[] = []
  connection.getClient().on('commandStarted', ({ commandName, command }: { commandName: string; command: Sent }) => {
    if (!KEEPING.has(commandName)) asked.push(...readCommand(commandName, command))
  })
  return asked
}

function readCommand(command: string, sent: Sent): Asked[] {
  const { filter, query, sort, limit = 0, maxTimeMS, pipeline = [], updates = [], deletes = [] } = sent
  const common = { command, collection: String(sent[command]), maxTimeMS, sent }
  const read = { ...common, isRead: true }
  const change = { ...common, isRead: false }
  switch (command) {
    case 'find':
      return [{ ...read, filter: filter ?? {}, sort, isLimited: limit !== 0 }]
    case 'aggregate':
      return [
        {
          ...read,
          filter: pipeline[0]?.$match ?? {},
          sort: pipeline[1]?.$sort,
          isLimited: pipeline.some((stage) => '$limit' in stage),
        },
      ]
    case 'count':
      // Without a query it reads the size of the collection, not its documents.
      return query === undefined ? [] : [{ ...read, filter: query, isLimited: limit !== 0 }]
    case 'findAndModify':
      return [{ ...change, filter: query ?? {}, sort, isLimited: true }]
    case 'update':
      return updates.map(({ q, multi }) => ({ ...change, filter: q, isLimited: multi !== true }))
    case 'delete':
      return deletes.map((each) => ({ ...change, filter: each.q, isLimited: each.limit === 1 }))
    default:
      // An unknown command, which must not go unnoticed.
      return [{ ...read, filter: {}, isLimited: false }]
  }
}
