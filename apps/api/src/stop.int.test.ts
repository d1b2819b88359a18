import { sampleJpeg, until } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { startTestApi } from '../test/start-test-api.ts'

const photo = await sampleJpeg({ width: 16, height: 16 })

/** Timers that would keep this process alive. */
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

async function useAndStop(): Promise<void> {
  const api = await startTestApi()
  const { body } = await api.upload(photo)
  await api.request(`/api/v1/tasks/${(body as { id: string }).id}/cancel`, { method: 'POST' })
  await api.request('/api/v1/stats')
  await api.stop()
}

it('an API that has stopped leaves no timer behind', async () => {
  // The first one also starts timers that HTTP clients keep for good.
  await useAndStop()
  const before = timers()
  await useAndStop()
  await until(() => timers() <= before, { timeoutMs: 500, what: 'the end of all timers' })
})

it('after SIGTERM an API is not ready, but accepts every request until it closes its port', async () => {
  const api = await startTestApi({ SHUTDOWN_DELAY_MS: '3000' })
  const stopped = api.stop('SIGTERM')
  const { status, body, headers } = await api.request('/readyz')
  expect([status, body, headers.get('connection')]).toEqual([503, { status: 'closing' }, 'close'])

  const answers: Awaited<ReturnType<typeof api.upload>>[] = []
  const isRefused = (): Promise<boolean> =>
    api.upload(photo).then(
      (answer) => answers.push(answer) === 0,
      () => true,
    )
  await until(isRefused, { what: 'the port to be closed', timeoutMs: 15_000 })
  expect(answers.length).toBeGreaterThan(0)
  const shown = answers.map((answer) => `${answer.status} ${answer.headers.get('connection')}`)
  expect(new Set(shown)).toEqual(new Set(['202 close']))
  await stopped
})
