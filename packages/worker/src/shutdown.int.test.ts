import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { timed, until } from '@darkroom/testing'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createRig, isAlive } from '../test/rig.ts'

type Rig = Awaited<ReturnType<typeof createRig>>

test('an idle worker shuts down immediately', async () => {
  const rig = await createRig()
  const { value: worker, ms: startMs } = await timed(() => rig.startWorker())
  const pids = worker.pool.pids
  const { value: troubled, ms: stopMs } = await timed(worker.stop)
  expect(troubled).toEqual([])
  // Waiting for the queue's next response would take seconds. A worker's start includes that of a
  // process.
  expect(stopMs).toBeLessThan(Math.max(1000, startMs))
  expect(pids.filter(isAlive)).toEqual([])
})

test('shutdown waits for the running job and takes no other', async () => {
  const rig = await createRig()
  const worker = await rig.startWorker()
  const running = await rig.submit({ imageName: 'waits' })
  await rig.event(running.taskId, 'task.processing')
  const next = await rig.submit()
  const stopped = worker.stop()
  await rig.release()
  expect(await stopped).toEqual([])
  expect(await rig.event(running.taskId, 'task.completed')).toMatchObject({ attempt: 1 })
  expect(rig.eventsOf(next.taskId)).toEqual([])
  expect(await (await rig.find(next.taskId)).getState()).toBe('prioritized')
})

test('a job that outlasts the shutdown has not failed: another worker takes it', async () => {
  const rig = await createRig()
  const worker = await rig.startWorker({ shutdownTimeoutMs: 100 })
  const { taskId } = await rig.submit({ imageName: 'waits', attempts: 1 })
  await rig.event(taskId, 'task.processing')
  const pids = worker.pool.pids
  expect(await worker.stop()).toEqual(['finish running jobs'])
  expect(pids.filter(isAlive)).toEqual([])
  expect(await (await rig.find(taskId)).getState()).toBe('active')
  await rig.release()
  await rig.startWorker({ workerId: 'worker-b' })
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 2, attempts: 1, workerId: 'worker-b' })
})

test('a task survives ten deaths of its worker; the eleventh fails it', async () => {
  const rig = await createRig()
  const { taskId } = await rig.submit({ imageName: 'waits', attempts: 1 })
  const abandon = async (workerId: string): Promise<void> => {
    const worker = await rig.startWorker({ workerId, shutdownTimeoutMs: 100 })
    await until(
      () => rig.eventsOf(taskId).some((event) => event.eventType === 'task.processing' && event.workerId === workerId),
      {
        what: `${workerId} to take the job`,
        timeoutMs: 20_000,
      },
    )
    await worker.stop()
  }
  await abandon('tenth')
  // As if nine workers had died before.
  await rig.redis.hset(`${rig.names.prefix}:${rig.names.queue}:${taskId}`, 'stc', 9)
  await abandon('eleventh')
  await rig.startWorker({ workerId: 'last' })
  const job = await rig.failed(taskId)
  expect(job.failedReason).toContain('stalled more than allowable limit')
})

test('after kill -9 no child is left, and another worker takes the job', async () => {
  const rig = await createRig()
  const killed = startProcess(rig, 'worker-a')
  const { taskId } = await rig.submit({ imageName: 'waits' })
  expect(await rig.event(taskId, 'task.processing')).toMatchObject({ workerId: 'worker-a' })
  const children = childrenOf(killed.pid!)
  expect(children).toHaveLength(1)
  killed.kill('SIGKILL')
  await until(() => !children.some(isAlive), { what: 'the end of the children' })
  await rig.startWorker({ workerId: 'worker-b' })
  await rig.release()
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 2, attempts: 1, workerId: 'worker-b' })
})

test('on SIGTERM the process finishes its job and exits with code 0', async () => {
  const rig = await createRig()
  const worker = startProcess(rig, 'worker-a')
  const { taskId } = await rig.submit({ imageName: 'waits' })
  await rig.event(taskId, 'task.processing')
  worker.kill('SIGTERM')
  await rig.release()
  expect(await once(worker, 'exit')).toEqual([0, null])
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})

function startProcess(rig: Rig, workerId: string): ChildProcess {
  const main = fileURLToPath(new URL('../test/poison-main.ts', import.meta.url))
  const env = {
    PATH: process.env['PATH'],
    REDIS_URL: inject('redisUrl'),
    REDIS_NAMESPACE: rig.namespace,
    DATA_DIR: rig.dataDir,
    WORKER_ID: workerId,
    WORKER_CONCURRENCY: '1',
    LOCK_DURATION_MS: '1000',
    STALLED_INTERVAL_MS: '200',
    LOG_LEVEL: 'silent',
  }
  const started = spawn(process.execPath, ['--conditions=source', main], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  onTestFinished(() => void started.kill('SIGKILL'))
  return started
}

/**
 * The direct children of a process, according to /proc (proc_pid_stat(5): the parent is the second
 * field after the name).
 */
function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => parentOf(pid) === parent).map(Number)
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
