import { until } from '@darkroom/testing'
import { expect, it, vi } from 'vitest'
import { NotReadyError, type AppOptions, type AppProcess, type Exit } from './processes.ts'
import { supervise } from './supervise.ts'

it('restarts a process that ended, until it is stopped', async () => {
  const { lives, start } = startableProcess()
  const said: string[] = []
  const supervised = supervise({ name: 'worker', start, say: (line) => said.push(line), onConfigError: () => {} })
  await supervised.ready
  lives[0]?.end({ code: null, signal: 'SIGKILL' })
  await until(() => lives.length === 2, { what: 'a second life' })
  expect(said).toEqual(['worker ended (signal SIGKILL); restarting it'])

  await supervised.stop(1000)
  expect(lives).toHaveLength(2)
  expect(said).toHaveLength(1)
})

it('restarts immediately on request, without a message', async () => {
  const starts: string[] = []
  const supervised = (name: string, say: (line: string) => void) => {
    const { lives, start } = startableProcess()
    const startNoted = () => start().finally(() => starts.push(name))
    return { lives, ...supervise({ name, start: startNoted, say, onConfigError: () => {} }) }
  }
  const say = vi.fn<(line: string) => void>()
  const [control, told] = [supervised('ended by itself', () => {}), supervised('told', say)]
  await Promise.all([control.ready, told.ready])
  control.lives[0]?.end({ code: 0, signal: null })
  told.restart()
  await until(() => starts.length === 4, { what: 'both to be restarted' })
  expect(starts.slice(2)).toEqual(['told', 'ended by itself'])
  await Promise.all([control.stop(1000), told.stop(1000)])
  expect(say).not.toHaveBeenCalled()
})

it('reports an invalid environment, which a restart cannot fix [S2.1]', async () => {
  const onConfigError = vi.fn<() => void>()
  const start = (): Promise<AppProcess> => Promise.reject(new NotReadyError('api ended', { code: 78, signal: null }))
  const supervised = supervise({ name: 'api', start, say: () => {}, onConfigError })
  await until(() => onConfigError.mock.calls.length > 0, { what: 'the report' })
  expect(onConfigError).toHaveBeenCalledOnce()
  await supervised.stop(1000)
})

it('gives a process that was not ready in time twice as long', async () => {
  const limits: (number | undefined)[] = []
  const start = ({ readyTimeoutMs }: AppOptions): Promise<AppProcess> => {
    limits.push(readyTimeoutMs)
    return Promise.reject(new NotReadyError('api was not ready', undefined))
  }
  const supervised = supervise({ name: 'api', start, say: () => {}, onConfigError: () => {} })
  await until(() => limits.length === 3, { what: 'three starts' })
  expect(limits).toEqual([30_000, 60_000, 120_000])
  await supervised.stop(1000)
})

/** Every start adds a life, whose end the test decides. */
function startableProcess() {
  const lives: ReturnType<typeof life>[] = []
  const start = async (): Promise<AppProcess> => {
    const next = life()
    lives.push(next)
    return next.process
  }
  return { lives, start }
}

function life(): { process: AppProcess; end: (exit: Exit) => void } {
  const { promise: exited, resolve: end } = Promise.withResolvers<Exit>()
  const stop = (): Promise<Exit> => {
    end({ code: 0, signal: null })
    return exited
  }
  return { process: { name: 'fake', pid: 0, exited, output: () => '', stop, kill: () => {} }, end }
}
