import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { serviceContext } from '../test/service-context.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { fetchMongod } from './fetch-mongod.ts'
import { runDownload } from './run-download.ts'

test('gives up on a download host that accepts connections and never responds', async () => {
  const silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as { port: number }

  const folder = join(await temporaryFolder(), 'mongod')
  const env = downloadsFrom(port)
  expect(await runDownload({ script: 'download-mongod', folder, env, silenceLimitMs: 1500 })).toBeUndefined()
})

test('does not try an unreachable download host again at every start', async () => {
  const lines: string[] = []
  const context = await serviceContext({
    cacheFolder: await temporaryFolder(),
    env: downloadsFrom(1),
    log: (line) => lines.push(line),
  })
  expect(await fetchMongod(context)).toMatchObject({
    skipped: expect.stringContaining('the download failed'),
    said: true,
  })
  expect(await fetchMongod(context)).toEqual({ skipped: expect.stringContaining('a recent download failed') })
  expect(lines).toHaveLength(1)
})

function downloadsFrom(port: number): NodeJS.ProcessEnv {
  return { ...process.env, MONGOMS_DOWNLOAD_MIRROR: `https://127.0.0.1:${port}` }
}
