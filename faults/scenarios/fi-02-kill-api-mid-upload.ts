import { setTimeout as pause } from 'node:timers/promises'
import { filesBelow, startTcpProxy, until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const BYTES_PER_SECOND = 200_000
const REQUEST_TIMEOUT_MS = 10_000

/**
 * kill -9 of the APIs at a random byte of many slow uploads. Each is sent again with its key and
 * results in one task.
 */
export const killApiMidUpload: Scenario = {
  name: 'fi-02',
  title: 'kill -9 of the API in the middle of slow uploads',
  profile: 'long',
  tasks: { quick: 40, long: 500 },
  apiEnv: {
    REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
    UPLOAD_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
    HEADERS_TIMEOUT_MS: '5000',
  },
  run: async (rig, tasks) => {
    const proxies = await Promise.all(rig.apiUrls.map((url) => startTcpProxy(url, rig.random)))
    for (const proxy of proxies) proxy.throttle(BYTES_PER_SECOND)
    const client = rig.newClient({ urls: proxies.map(({ url }) => new URL(url).origin) })
    const rounds = rig.long ? 10 : 2
    for (let round = 0; round < rounds; round++) {
      const uploads = Array.from({ length: tasks / rounds }, async (_, index) =>
        client.upload(await pictureOf(index, `round-${round}`)),
      )
      for (const api of rig.apis) {
        await pause(300 + rig.random() * 2000)
        rig.fault('kill -9', api.name)
        api.kill()
      }
      await Promise.all(uploads)
    }
    await Promise.all(proxies.map((proxy) => proxy.stop()))
    await checkTemporaryFiles(rig)
  },
}

/** What the dead processes left behind is removed once it is older than any request can be. */
async function checkTemporaryFiles({ dataDir, check }: Rig): Promise<void> {
  const left = (): Promise<string[]> => filesBelow(`${dataDir}/uploads/temp`)
  const atFirst = (await left()).length
  const gone = await until(async () => (await left()).length === 0, {
    timeoutMs: 4 * REQUEST_TIMEOUT_MS,
    what: 'no temporary file',
  }).catch(() => false)
  check('temporary files go', gone !== false, `${atFirst} at first, ${(await left()).length} in the end`)
}
