import { WrongUse } from '../kit/exit-codes.ts'
import { table } from '../kit/format.ts'
import type { Command, Shell } from '../kit/shell.ts'

export interface ReplayOptions {
  code: string | undefined
  all: boolean
  limit: number
  dryRun: boolean
}

/** How many tasks have failed for good, by the code of their error. */
export async function listDead({ darkroom, out, signal }: Shell): Command {
  const { data } = await darkroom.api.GET('/api/v1/dead-letters', { params: { query: { groupBy: 'error' } }, signal })
  const groups = data && 'isExact' in data ? data.items : []
  for (const group of groups) out.json(group)
  for (const line of table(groups.map(({ code, count, lastFailedAt }) => [code, String(count), lastFailedAt ?? ''])))
    out.line(line)
  if (groups.length === 0) out.note('No task has failed for good.')
}

/** Restarts tasks that have failed for good: some, those with one code, or all. */
export async function replayDead(
  { darkroom, out, signal }: Shell,
  ids: string[],
  { code, all, limit, dryRun }: ReplayOptions,
): Command {
  if ([ids.length > 0, code !== undefined, all].filter(Boolean).length !== 1)
    throw new WrongUse('Name the tasks, or give --code CODE, or --all')
  const wish = ids.length > 0 ? { ids } : { filter: code === undefined ? {} : { code }, limit }
  const { data } = await darkroom.api.POST('/api/v1/dead-letters/replay', {
    body: { ...wish, dryRun } as never,
    signal,
  })
  if (!data) return
  out.json(data)
  for (const { id, outcome, detail = '' } of data.items) out.line(`${id}  ${outcome}  ${detail}`.trimEnd())
  out.note(
    dryRun ? `${data.matched} tasks match; nothing was restarted` : `${data.replayed} of ${data.matched} restarted`,
  )
}
