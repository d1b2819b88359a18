import { sampleJpeg, until } from '@darkroom/testing'
import { it } from 'vitest'
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
