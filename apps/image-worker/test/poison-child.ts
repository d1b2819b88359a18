// A child whose jobs misbehave as their image name says. Only tests start it: the worker's own program is fixed.
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDiskStorage } from '@darkroom/storage'
import { until } from '@darkroom/testing'
import { processImage } from '../src/process-image.ts'
import { serveJobs } from '../src/serve-jobs.ts'

const dataDir = process.argv[2] ?? ''
const maxPixels = Number(process.argv[3])
const storage = createDiskStorage(dataDir, { blocking: true })
const hoard: Buffer[] = []

const poisons: Record<string, () => unknown> = {
  dies: () => process.kill(process.pid, 'SIGKILL'),
  'dies-once': () => die(1),
  'dies-thrice': () => die(3),
  hangs: () => {
    for (;;);
  },
  swells: () => {
    for (;;) hoard.push(Buffer.alloc(16 * 1024 ** 2, 1))
  },
  /** Works only once the test has made a file. */
  waits: () => until(() => exists(join(dataDir, 'go')), { timeoutMs: 60_000, intervalMs: 10 }),
  says: () => process.stderr.write('something is wrong here\n'),
}

serveJobs(async (job, onProgress) => {
  await poisons[job.imageName]?.()
  return processImage(job, { storage, maxPixels, onProgress })
})

async function die(times: number): Promise<void> {
  for (let time = 1; time <= times; time++) {
    const marker = join(dataDir, `died-${time}`)
    if (await exists(marker)) continue
    await writeFile(marker, '')
    process.kill(process.pid, 'SIGKILL')
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
