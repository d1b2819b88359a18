import { openStorage } from '../../packages/storage/src/index.ts'
import { inTime, type StorageSettings } from '../../packages/runtime/src/index.ts'
import { findingsOf, messageOf, type Finding } from './finding.ts'

const ANSWER_MS = 10_000

/** Whether files can be stored in the bucket, if there is one. */
export async function checkBucket(settings: StorageSettings): Promise<Finding[]> {
  const { findings, report } = findingsOf('Bucket')
  if (settings.s3 === undefined) return findings
  const storage = await openStorage(settings)
  try {
    const startedAt = Date.now()
    await inTime(ANSWER_MS, () => storage.check())
    report('OK', `${storage.place} stores and removes a file in ${Date.now() - startedAt} ms`)
  } catch (error) {
    report(
      'FAIL',
      `${storage.place}: ${messageOf(error)}`,
      'Start the S3 server, or correct S3_ENDPOINT and the settings next to it. Nothing is accepted without it.',
    )
  } finally {
    storage.close()
  }
  return findings
}
