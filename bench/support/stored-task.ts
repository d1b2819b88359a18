import { randomUUID } from 'node:crypto'
import { ObjectId } from 'mongodb'

const STATUSES = ['completed', 'completed', 'completed', 'failed', 'pending']

/** The document of a finished or waiting task, created one second after the previous one. */
export function storedTask(index: number): object {
  const _id = new ObjectId()
  const at = new Date(1_700_000_000_000 + index * 1000)
  const status = STATUSES[index % STATUSES.length]
  const path = `output/photo-${index}`
  const facts = { width: 1024, height: 768 }
  const file = { contentType: 'image/jpeg', bytes: 143_210, md5: 'd41d8cd98f00b204e9800998ecf8427e', facts }
  return {
    ...{
      _id,
      tenant: 'default',
      jobId: randomUUID(),
      kind: 'image.optimize',
      status,
      priority: 'interactive',
      name: `photo ${index}.jpg`,
    },
    ...{
      imageName: `photo-${index}`,
      originalPath: `storage/images/${_id.toHexString()}/original.jpg`,
      metadata: {},
      ttlSeconds: 604_800,
    },
    source: {
      bytes: 3_412_345,
      format: 'jpeg',
      width: 4032,
      height: 3024,
      sha256: 'e3b0c442'.repeat(8),
      md5: file.md5,
    },
    files: ['1024', '800'].map((name) => ({
      ...file,
      name,
      path: `${path}/${name}/${file.md5}.jpg`,
    })),
    result: {},
    ...{
      progress: { stage: 'done', percent: 100 },
      attempts: { made: 1, max: 3, nextAt: null },
      error: null,
      processingTimeMs: 80,
      waitMs: 5,
    },
    ...{
      workerId: 'worker',
      startedAt: at,
      finishedAt: at,
      restartedAt: null,
      expiresAt: null,
      purgeAt: null,
      purgedAt: null,
      removeAt: null,
    },
    ...{
      epoch: 1,
      seq: 1998,
      rev: 2,
      dispatch: { state: 'sent' },
      nextCheckAt: null,
      log: [],
      createdAt: at,
      updatedAt: at,
    },
  }
}
