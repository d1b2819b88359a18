import { readFileSync } from 'node:fs'
import { jobIdOf } from '@darkroom/contracts'
import { publishTaskCommand } from '@darkroom/messaging'
import { timed, until } from '@darkroom/testing'
import { expect, test } from 'vitest'
import { createRig, isAlive } from '../test/rig.ts'
import { descendantsOf } from './descendants-of.ts'

type Rig = Awaited<ReturnType<typeof createRig>>
const cancel = (rig: Rig, taskId: string) =>
  publishTaskCommand(rig.redis, rig.names.commands, { command: 'cancel', jobId: jobIdOf(taskId, 1) })

test('cancelling a running job kills its child immediately and fails the job permanently', async () => {
  const rig = await createRig()
  const { value: worker, ms: startMs } = await timed(() => rig.startWorker())
  const { taskId } = await rig.submit({ imageName: 'hangs' })
  await rig.event(taskId, 'task.processing')
  const [pid] = worker.pool.pids
  const { ms } = await timed(async () => {
    await cancel(rig, taskId)
    await until(() => !isAlive(pid!), { what: 'the end of the child', intervalMs: 5 })
  })
  expect(ms).toBeLessThan(Math.max(2000, startMs))
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(/^CANCELLED!: /)
  expect(job.attemptsMade).toBe(1)
  expect(rig.eventsOf(taskId).map(({ eventType }) => eventType)).not.toContain('task.retry')
  expect(await rig.event((await rig.submit()).taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})

test.skipIf(process.platform !== 'linux')('the programs that a child runs end with it', async () => {
  const rig = await createRig()
  const worker = await rig.startWorker()
  const { taskId } = await rig.submit({ imageName: 'runs-programs' })
  const [child] = worker.pool.pids
  const programs = await until(
    () => {
      const pids = descendantsOf(child!)
      return pids.length === 2 && pids
    },
    { what: 'both programs' },
  )
  await cancel(rig, taskId)
  await until(() => ![child!, ...programs].some(isRunning), { what: 'the end of the child and of both programs' })
})

/** A process that has ended, but is not reaped yet, has no command line. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

test('a command that arrives before its job is remembered', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const first = await rig.submit({ imageName: 'waits' })
  await rig.event(first.taskId, 'task.processing')
  const second = await rig.submit()
  await cancel(rig, second.taskId)
  await rig.release()
  expect((await rig.failed(second.taskId)).failedReason).toMatch(/^CANCELLED!: /)
  expect(rig.eventsOf(second.taskId)).toEqual([])
})

test('an invalid command, and one for an unknown job, change nothing', async () => {
  const rig = await createRig()
  await rig.startWorker()
  for (const text of ['{broken', '{"command":"stop"}', '[]']) await rig.redis.publish(rig.names.commands, text)
  await cancel(rig, 'f'.repeat(24))
  expect(await rig.event((await rig.submit()).taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})
