// A child whose jobs misbehave according to their image name. Only tests start it.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageJob, StoredFile } from '@darkroom/contracts'
import { variantKey } from '@darkroom/contracts/storage-keys'
import type { Progress } from '@darkroom/messaging'
import type { DiskStorage } from '@darkroom/storage'
import { until } from '@darkroom/testing'
import { JobFailure, readSource, serveJobs, storeResult } from '../src/child/index.ts'

const dataDir = process.argv[2] ?? ''
/** A file without which this machine cannot run its jobs. */
const needed = process.argv[3]
const hoard: Buffer[] = []

const poisons: Record<string, (onProgress: (progress: Progress) => void) => unknown> = {
  dies: () => process.kill(process.pid, 'SIGKILL'),
  'dies-once': () => die(1),
  'dies-thrice': () => die(3),
  hangs: () => {
    for (;;);
  },
  /** Runs a program that runs another; neither reads its input, as a hanging encoder. */
  'runs-programs': () => once(spawn('/bin/sh', ['-c', 'sleep 60; true']), 'exit'),
  swells: () => {
    for (;;) hoard.push(Buffer.alloc(16 * 1024 ** 2, 1))
  },
  /** Like an encoder that takes all memory: 600 MB. */
  'runs-a-hungry-program': () =>
    once(
      spawn(process.execPath, ['-e', 'globalThis.hoard = Buffer.alloc(6e8, 1); setTimeout(() => {}, 60_000)']),
      'exit',
    ),
  /** Waits until the test has created a file. */
  waits: () => until(() => exists(join(dataDir, 'go')), { timeoutMs: 60_000, intervalMs: 10 }),
  refused: () => {
    throw new JobFailure({ code: 'REFUSED', message: 'Bytes that no engine can use', retryable: false })
  },
  /** For long enough that each report could be published. */
  'repeats-itself': (onProgress) => {
    const endsAt = performance.now() + 1000
    const report = (): boolean => {
      onProgress({ stage: 'read', percent: 40 })
      return performance.now() > endsAt
    }
    return until(report, { intervalMs: 50 })
  },
  says: () => process.stderr.write('something is wrong here\n'),
}

const prepared = (async () => {
  if (needed !== undefined && !(await exists(needed))) throw new Error(`There is no ${needed}: create it`)
})()

serveJobs<ImageJob>(async (job, { storage, onProgress }) => {
  await poisons[job.imageName]?.(onProgress)
  onProgress({ stage: 'read', percent: 0 })
  const { made: bytes, bytesIn } = await readSource(
    { storage, key: job.imagePath },
    { read: (path) => readFile(path), verdictOf: () => undefined },
  )
  onProgress({ stage: 'copy', percent: 50 })
  const file = await store(job, { storage, bytes })
  onProgress({ stage: 'store', percent: 90 })
  return { files: [file], result: {}, bytesIn }
}, prepared)

/** The engine of these tests copies the original unchanged. */
async function store(
  { tenant, imageName }: ImageJob,
  { storage, bytes }: { storage: DiskStorage; bytes: Buffer },
): Promise<StoredFile> {
  const md5 = createHash('md5').update(bytes).digest('hex')
  const path = variantKey(tenant, imageName, '800', md5)
  await storeResult(storage, path, bytes)
  return { name: '800', contentType: 'image/jpeg', bytes: bytes.length, md5, path, facts: { width: 800, height: 600 } }
}

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
