import { askRedis } from './ask-server.ts'
import type { ServerProgram } from './owned-process.ts'

/**
 * redis-server as Darkroom needs it: jobs survive a crash, and memory pressure causes an error,
 * never lost jobs.
 */
export function redisProgram(file: string): ServerProgram {
  return {
    name: 'redis-server',
    file,
    dataName: 'redis-data',
    args: (port, dataFolder) => ['--port', String(port), '--bind', '127.0.0.1', '--dir', dataFolder, ...REDIS_SETTINGS],
    ask: (port) => askRedis(redisUrl('127.0.0.1', port)),
  }
}

/**
 * BullMQ loses jobs without `noeviction`; the append-only file holds all data, so no snapshots are
 * needed.
 */
export const REDIS_SETTINGS = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'everysec',
  '--maxmemory-policy',
  'noeviction',
  '--save',
  '',
]

export function redisUrl(host: string, port: number): string {
  return `redis://${host}:${port}`
}
