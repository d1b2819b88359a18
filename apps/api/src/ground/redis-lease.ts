import type { Redis } from 'ioredis'

/**
 * Takes a key for `forMs` unless another owner has it. A command whose answer was lost is sent
 * again: what it finds may be its own.
 */
export async function takeLease(redis: Redis, key: string, owner: string, forMs: number): Promise<boolean> {
  if ((await redis.set(key, owner, 'PX', forMs, 'NX')) !== null) return true
  return (await redis.get(key)) === owner
}

/**
 * Renews a lease for as long as it is needed. What is returned ends that and gives the lease back;
 * it never throws, for a lease ends by itself.
 */
export function keepLease(redis: Redis, key: string, owner: string, forMs: number): () => Promise<void> {
  const renewal = setInterval(() => void redis.pexpire(key, forMs).catch(() => {}), forMs * 0.3)
  return async () => {
    clearInterval(renewal)
    // Ours only: had we been frozen for long, another one may hold it by now.
    const giveBack = async (): Promise<void> => {
      if ((await redis.get(key)) === owner) await redis.del(key)
    }
    await giveBack().catch(() => {})
  }
}
