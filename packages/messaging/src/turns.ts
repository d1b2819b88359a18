import { PRIORITIES, type TaskPriority } from '@darkroom/contracts'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'

/**
 * How many jobs of a tenant are started for one of each other tenant while all of them have jobs
 * waiting; 1 for tenants that are not listed.
 */
export type TenantWeights = ReadonlyMap<string, number>

/** The order of the waiting jobs of a priority. Jobs of the lowest turn are started first. */
export interface Turns {
  /** The turn whose jobs are started now. */
  now: number
  /** The turn of the last job of each tenant. */
  last: ReadonlyMap<string, number>
}

/** BullMQ's score of a waiting job: its priority in the upper bits, the order in the lower 32. */
export const SCORE_UNIT = 2 ** 32
/**
 * BullMQ numbers jobs from 1 as it adds them. Turns begin far above, so a job without a turn (a
 * retry, or one that its worker returned) precedes those with one.
 */
const FIRST_TURN = 2 ** 31
/** Jobs arranged at a time; Redis does nothing else meanwhile. */
const MOST_ARRANGED = 1000

/**
 * Gives waiting jobs their turns: a tenant's next job is one turn after its last one, but never
 * before the current turn. So jobs of one tenant remain in their order, and tenants alternate. Jobs
 * returned by a worker keep their place at the front, where BullMQ gives them the number 0.
 */
const ARRANGE = `
local base = ARGV[1] * ${SCORE_UNIT}
local function range(from, to, ...)
  return redis.call('ZRANGE', KEYS[1], string.format('%.0f', base + from), string.format('(%.0f', base + to), 'BYSCORE', 'LIMIT', 0, ...)
end
local now = 0
local head = range(${FIRST_TURN}, ${SCORE_UNIT}, 1, 'WITHSCORES')
if head[2] then now = head[2] - base - ${FIRST_TURN} else redis.call('DEL', KEYS[2]) end
local weights = cjson.decode(ARGV[2])
local tenants, turns = {}, {}
for i = 4, #ARGV, 2 do tenants[ARGV[i]] = ARGV[i + 1] end
for _, id in ipairs(range(1, ${FIRST_TURN}, ${MOST_ARRANGED})) do
  local tenant = tenants[id]
  if not tenant then
    local data = redis.call('HGET', ARGV[3] .. id, 'data')
    tenant = data and cjson.decode(data).tenant or ''
  end
  local last = turns[tenant] or redis.call('HGET', KEYS[2], tenant)
  local turn = math.max(now, last and last + 1 / (weights[tenant] or 1) or 0)
  turns[tenant] = turn
  redis.call('ZADD', KEYS[1], 'XX', string.format('%.0f', base + ${FIRST_TURN} + math.floor(turn + 1e-6)), id)
end
for tenant, turn in pairs(turns) do redis.call('HSET', KEYS[2], tenant, string.format('%.6f', turn)) end
`

/** The tenant's later jobs keep their turns, and its next one gets this one's place at the end. */
const GIVE_BACK = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then redis.call('HINCRBYFLOAT', KEYS[1], ARGV[1], -ARGV[2]) end
`

type Added = readonly { id: string; tenant: string; priority: TaskPriority }[]

/** Arranges the waiting jobs of the priorities of these jobs, which were just added. */
export async function arrangeTurns(
  redis: Redis,
  names: QueueNames,
  { added, weights }: { added: Added; weights: TenantWeights },
): Promise<void> {
  const key = keysOf(names)
  const shares = JSON.stringify(Object.fromEntries(weights))
  const scripts = redis.pipeline()
  for (const [priority, jobs] of Map.groupBy(added, (job) => PRIORITIES[job.priority])) {
    const tenants = jobs.flatMap(({ id, tenant }) => [id, tenant])
    scripts.eval(ARRANGE, 2, key('prioritized'), key(turnsOf(priority)), priority, shares, key(''), ...tenants)
  }
  for (const [error] of (await scripts.exec()) ?? []) if (error) throw error
}

/** For a job that was removed before it was started. `priority` is that of BullMQ. */
export async function giveTurnBack(
  redis: Redis,
  names: QueueNames,
  { tenant, priority, weights }: { tenant: string; priority: number; weights: TenantWeights },
): Promise<void> {
  await redis.eval(GIVE_BACK, 1, keysOf(names)(turnsOf(priority)), tenant, strideOf(weights, tenant))
}

/** The turns of a priority, as far as they matter for a new job. */
export async function readTurns(redis: Redis, names: QueueNames, priority: TaskPriority): Promise<Turns> {
  const key = keysOf(names)
  const base = PRIORITIES[priority] * SCORE_UNIT
  const range = [base + FIRST_TURN, `(${base + SCORE_UNIT}`] as const
  const [[, score] = [], last] = await Promise.all([
    redis.zrange(key('prioritized'), ...range, 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES'),
    redis.hgetall(key(turnsOf(PRIORITIES[priority]))),
  ])
  if (score === undefined) return NO_TURNS
  return {
    now: Number(score) - base - FIRST_TURN,
    last: new Map(Object.entries(last).map(([tenant, turn]) => [tenant, Number(turn)])),
  }
}

/** While no job of a priority has a turn, its turns begin again. */
export const NO_TURNS: Turns = { now: 0, last: new Map() }

/** From one job of a tenant to its next one. */
const strideOf = (weights: TenantWeights, tenant: string): number => 1 / (weights.get(tenant) ?? 1)

/** The turn of a tenant's next job. */
export const nextTurn = ({ now, last }: Turns, weights: TenantWeights, tenant: string): number =>
  Math.max(now, (last.get(tenant) ?? Number.NEGATIVE_INFINITY) + strideOf(weights, tenant))

/** A third of a turn, three times, is a turn. */
const wholeTurn = (turn: number): number => Math.floor(turn + 1e-6)

/** The number of waiting jobs that are started after the next one of a tenant. */
export function jobsAfter(turns: Turns, weights: TenantWeights, tenant: string): number {
  const turn = wholeTurn(nextTurn(turns, weights, tenant))
  const later = [...turns.last].map(([other, last]) => (wholeTurn(last) - turn) / strideOf(weights, other))
  return later.reduce((sum, jobs) => sum + Math.max(0, Math.round(jobs)), 0)
}

const turnsOf = (priority: number): string => `turns:${priority}`

const keysOf =
  ({ prefix, queue }: QueueNames) =>
  (part: string): string =>
    `${prefix}:${queue}:${part}`
