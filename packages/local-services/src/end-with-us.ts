import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'

/**
 * Long enough for the processes that use the server to close in order; they notice our end at the
 * same moment.
 */
const HEAD_START_SECONDS = 2
const STOP_SECONDS = 5

/**
 * Waits until the other end of its standard input is closed, that is, until this process has ended.
 */
const GUARD = `cat >/dev/null
sleep ${HEAD_START_SECONDS}
kill -TERM "$1" 2>/dev/null || exit 0
for _ in $(seq ${STOP_SECONDS}); do sleep 1; kill -0 "$1" 2>/dev/null || exit 0; done
kill -KILL "$1" 2>/dev/null`

/**
 * Ends a child soon after this process, even if this process is killed. A shell watches: it takes a
 * megabyte, and is available on every platform that has process groups.
 */
export function endWithUs(child: ChildProcess): void {
  if (child.pid === undefined || process.platform === 'win32') return
  const guard = spawn('/bin/sh', ['-c', GUARD, 'darkroom-guard', String(child.pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.on('error', () => {}) // no shell: the next start in the same folder ends what is left
  guard.stdin.on('error', () => {})
  guard.unref()
  ;(guard.stdin as Socket).unref()
  // The pid of a server that has ended may soon be reused.
  child.once('exit', () => guard.pid !== undefined && killGroup(guard.pid))
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}
