import { rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const DARKROOM_FOLDER = join(import.meta.dirname, '../../../.darkroom')
let made = 0

/**
 * An empty folder for one test. Its name begins as the test run's own does, so that a killed run's
 * gets swept, too.
 */
export async function temporaryFolder(): Promise<string> {
  const folder = join(DARKROOM_FOLDER, `test-${process.pid}-${process.hrtime.bigint()}-${++made}`)
  await mkdir(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
