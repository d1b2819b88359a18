import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sampleJpeg, until } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { startTestApi } from '../../test/start-test-api.ts'

const HOUR_AGO = new Date(Date.now() - 3_600_000)
const ORPHAN = `storage/images/${'a'.repeat(24)}/original.jpg`
const FULL = { MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) }

/** A file that a crash left: a document never came to it. */
async function leave({ dataDir }: { dataDir: string }, path: string): Promise<void> {
  const file = join(dataDir, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'left')
  await utimes(file, HOUR_AGO, HOUR_AGO)
}

it('orphans are looked for when there is no room', async () => {
  const api = await startTestApi(FULL)
  // After the look at the start, and long before the next one.
  await leave(api, 'uploads/temp/dead/file')
  await until(async () => (await api.request('/readyz')).status === 200)
  await leave(api, ORPHAN)
  expect((await api.upload(await sampleJpeg({ width: 16, height: 16 }))).status).toBe(507)
  await until(async () => [...(await api.filesIn('storage')), ...(await api.temporaryFiles())].length === 0, { what: 'the orphan to go' })
  await api.stop()
})

it('orphans are looked for after the start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'janitor-'))
  await leave({ dataDir }, ORPHAN)
  const api = await startTestApi({ DATA_DIR: dataDir })
  await until(() => !existsSync(join(dataDir, ORPHAN)), { what: 'the orphan to go' })
  await api.stop()
  await rm(dataDir, { recursive: true })
})
