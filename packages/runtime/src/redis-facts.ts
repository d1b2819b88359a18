import type { Redis } from 'ioredis'

/**
 * How a Redis is set up, as far as a queue's life depends on it. What it does not tell is
 * undefined.
 */
export interface RedisFacts {
  version: string | undefined
  maxmemoryPolicy: string | undefined
  appendOnly: boolean | undefined
  usedBytes: number | undefined
  /** 0: no limit. */
  maxBytes: number | undefined
}

/** By INFO, which also servers answer that forbid CONFIG. */
export async function readRedisFacts(redis: Redis): Promise<RedisFacts> {
  const facts = parseInfo(await redis.info())
  const number = (name: string): number | undefined => (facts.has(name) ? Number(facts.get(name)) : undefined)
  const aof = facts.get('aof_enabled')
  return {
    version: facts.get('redis_version'),
    maxmemoryPolicy: facts.get('maxmemory_policy'),
    appendOnly: aof === undefined ? undefined : aof === '1',
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory'),
  }
}

/** From here on an operator should know; at the limit nothing is queued any more. */
const NEARLY_FULL = 0.8

/**
 * What is wrong with it for a queue, in sentences that say what to do; nothing where it is right or
 * does not tell.
 */
export function queueRedisWarnings({ maxmemoryPolicy, appendOnly, usedBytes = 0, maxBytes = 0 }: RedisFacts): string[] {
  const warnings: string[] = []
  if (maxmemoryPolicy !== undefined && maxmemoryPolicy !== 'noeviction') {
    warnings.push(
      `Redis may evict queued jobs (maxmemory-policy ${maxmemoryPolicy}): set noeviction, and give the cache a Redis of its own by REDIS_CACHE_URL.`,
    )
  }
  if (appendOnly === false)
    warnings.push(
      'Redis forgets the queue when it restarts (appendonly no): set appendonly yes. Tasks are not lost, but are queued anew.',
    )
  if (maxBytes > 0 && usedBytes >= maxBytes * NEARLY_FULL)
    warnings.push(
      `Redis is nearly full (${Math.round((usedBytes / maxBytes) * 100)} % of maxmemory): raise maxmemory, or give the cache a Redis of its own by REDIS_CACHE_URL. When it is full, nothing is queued.`,
    )
  return warnings
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
