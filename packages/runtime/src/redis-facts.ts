import type { Redis } from 'ioredis'

/**
 * The configuration of a Redis, as far as the queue depends on it. What the server does not report
 * is undefined.
 */
export interface RedisFacts {
  version: string | undefined
  maxmemoryPolicy: string | undefined
  appendOnly: boolean | undefined
  usedBytes: number | undefined
  /** 0: no limit. */
  maxBytes: number | undefined
}

/** From INFO, which also works on servers that forbid CONFIG. */
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

/** An operator should be warned from here on; at the limit nothing can be queued. */
const NEARLY_FULL = 0.8

/**
 * Configuration problems for a queue, with their solutions; empty if everything is fine or unknown.
 */
export function queueRedisWarnings({ maxmemoryPolicy, appendOnly, usedBytes = 0, maxBytes = 0 }: RedisFacts): string[] {
  const warnings: string[] = []
  if (maxmemoryPolicy !== undefined && maxmemoryPolicy !== 'noeviction') {
    warnings.push(
      `Redis may evict queued jobs (maxmemory-policy ${maxmemoryPolicy}): set noeviction, and use REDIS_CACHE_URL to give the cache its own Redis.`,
    )
  }
  if (appendOnly === false)
    warnings.push(
      'Redis loses the queue when it restarts (appendonly no): set appendonly yes. Tasks are not lost, but have to be queued again.',
    )
  if (maxBytes > 0 && usedBytes >= maxBytes * NEARLY_FULL)
    warnings.push(
      `Redis is nearly full (${Math.round((usedBytes / maxBytes) * 100)} % of maxmemory): raise maxmemory, or use REDIS_CACHE_URL to give the cache its own Redis. When it is full, nothing can be queued.`,
    )
  return warnings
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
