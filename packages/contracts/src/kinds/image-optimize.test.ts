import { expect, it } from 'vitest'
import { taskCompleted } from '../task-events.ts'
import { defineKind, outcomeOf, type Outcome } from './define-kind.ts'
import { imageOptimize } from './image-optimize.ts'
import { previewOf, toThumb, type StoredFile } from './stored-file.ts'
import { z } from 'zod'

const outcome: Outcome = {
  files: [
    {
      name: '800',
      contentType: 'image/jpeg',
      bytes: 1234,
      md5: 'a'.repeat(32),
      path: 'output/beach/800/a.jpg',
      facts: { width: 800, height: 600 },
    },
  ],
  result: {},
}
const thumb: StoredFile = {
  name: 'thumb',
  contentType: 'image/jpeg',
  bytes: 12,
  md5: 'b'.repeat(32),
  path: 'output/beach/thumb/b.jpg',
  facts: { width: 320, height: 240, thumbhash: 'AAAA', color: '#204080' },
}
const envelope = { taskId: 'a', tenant: 'default', timestamp: 1, epoch: 1, attempt: 1, seq: 1998 }
const run = { workerId: 'w', startedAt: 1, waitMs: 0, attempts: 1, processingTime: 70 }
const eventOf = (told: object) => taskCompleted.parse({ eventType: 'task.completed', ...envelope, ...run, ...told })

it('events list its files as `images`, as in earlier releases, and they are read back as files', () => {
  const told = imageOptimize.tell(outcome)
  expect(told).toEqual({
    images: [
      {
        resolution: '800',
        width: 800,
        height: 600,
        format: 'jpeg',
        size: 1234,
        md5: 'a'.repeat(32),
        path: 'output/beach/800/a.jpg',
      },
    ],
  })
  expect(outcomeOf(eventOf(told))).toEqual(outcome)
})

it('its thumbnail has a field of its own in events, so that earlier releases still find all variants', () => {
  const withThumb = { ...outcome, files: [...outcome.files, thumb] }
  const told = imageOptimize.tell(withThumb)
  expect(told.images).toHaveLength(1)
  expect([told.thumb, told.files]).toEqual([thumb, undefined])
  expect(outcomeOf(eventOf(told))).toEqual(withThumb)
})

it('a preview is read from its file, and becomes the same file again', () => {
  const found = previewOf([...outcome.files, thumb])
  expect(found).toMatchObject({ width: 320, height: 240, size: 12, thumbhash: 'AAAA', color: '#204080' })
  expect(toThumb(found!)).toEqual(thumb)
  expect(previewOf(outcome.files)).toBe(null)
})

it('a source has exactly the fields of its kind, so that no field is lost in a union of kinds', () => {
  const source = { bytes: 1, format: 'jpeg', width: 1, height: 1, sha256: 'a' }
  expect(imageOptimize.source.parse(source)).toEqual(source)
  expect(imageOptimize.source.safeParse({ ...source, durationSeconds: 3 }).success).toBe(false)
})

it('events of another kind contain its files and its result', () => {
  const counted = { files: outcome.files, result: { words: 3 } }
  const { job, worker, originals, noun, fields, contentTypes, policy } = imageOptimize
  const common = { job, worker, originals, noun, fields, source: {}, contentTypes, policy }
  const kind = defineKind({ kind: 'text.count', queue: 'texts', input: {}, reads: [], result: z.object({}), ...common })
  expect(kind.tell(counted)).toEqual({ images: [], ...counted })
  expect(outcomeOf(eventOf(kind.tell(counted)))).toEqual(counted)
})
