import type { Redis } from 'ioredis'

/**
 * Takes a key for `forMs` unless another owner has it. A command whose reply was lost is sent
 * again: it may find its own key.
 */
export async function takeLease(redis: Redis, key: string, owner: string, forMs: number): Promise<boolean> {
  if ((await redis.set(key, owner, 'PX', forMs, 'NX')) !== null) return true
  return (await redis.get(key)) === owner
}

/**
 * Renews a lease for as long as it is needed. The returned function stops that and releases the
 * lease; it never throws, because a lease expires by itself.
 */
export function keepLease(redis: Redis, key: string, owner: string, forMs: number): () => Promise<void> {
  const renewal = setInterval(() => void redis.pexpire(key, forMs).catch(() => {}), forMs * 0.3)
  return async () => {
    clearInterval(renewal)
    // Only if it is ours: if we were frozen for long, another process may hold it by now.
    const giveBack = async (): Promise<void> => {
      if ((await redis.get(key)) === owner) await redis.del(key)
    }
    await giveBack().catch(() => {})
  }
}
