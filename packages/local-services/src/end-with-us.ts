import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'

/**
 * Long enough for the processes that use the server to close in order: they see our end in the same
 * moment.
 */
const HEAD_START_SECONDS = 2
const STOP_SECONDS = 5

/**
 * Waits until nobody holds the other end of its standard input, which is when this process has
 * ended.
 */
const GUARD = `cat >/dev/null
sleep ${HEAD_START_SECONDS}
kill -TERM "$1" 2>/dev/null || exit 0
for _ in $(seq ${STOP_SECONDS}); do sleep 1; kill -0 "$1" 2>/dev/null || exit 0; done
kill -KILL "$1" 2>/dev/null`

/**
 * Ends a child soon after this process, also when this one is killed and can do nothing about it
 * any more. A shell watches: it costs a megabyte, and exists wherever processes have groups.
 */
export function endWithUs(child: ChildProcess): void {
  if (child.pid === undefined || process.platform === 'win32') return
  const guard = spawn('/bin/sh', ['-c', GUARD, 'darkroom-guard', String(child.pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.on('error', () => {}) // no shell: the next start in the same folder ends what was left
  guard.stdin.on('error', () => {})
  guard.unref()
  ;(guard.stdin as Socket).unref()
  // The pid of a server that has ended may soon be another's.
  child.once('exit', () => guard.pid !== undefined && killGroup(guard.pid))
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone.
  }
}
