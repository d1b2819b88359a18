import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@darkroom/testing'

export interface SyncCounter {
  /** The number of syncs to disk of these processes so far. */
  stop: () => Promise<number>
}

/**
 * Whether fsyncs can be counted on this machine: with strace, which may be missing or not
 * permitted.
 */
export function canCountSyncs(): boolean {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Counts the fsyncs of processes, including all threads and descendants. */
export async function countSyncs(pids: readonly number[]): Promise<SyncCounter> {
  const folder = mkdtempSync(join(tmpdir(), 'syncs-'))
  const log = join(folder, 'trace')
  const tracer = spawn(
    'strace',
    ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', log, ...pids.flatMap((pid) => ['-p', String(pid)])],
    {
      stdio: 'ignore',
    },
  )
  const ended = once(tracer, 'exit')
  await until(() => pids.every(isTraced), { what: 'strace to be attached' })
  return {
    stop: async () => {
      tracer.kill('SIGINT')
      await ended
      // A call that is interrupted by another thread takes two lines, of which only the first has
      // the bracket.
      const calls = readFileSync(log, 'utf8').match(/\bf(?:data)?sync\(/g)?.length ?? 0
      rmSync(folder, { recursive: true })
      return calls
    },
  }
}

function isTraced(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.every((thread) =>
    /^TracerPid:\t[1-9]/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')),
  )
}
