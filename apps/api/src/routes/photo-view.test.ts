import { expect, it } from 'vitest'
import { newRecord, testViews } from '../../test/task-history.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { toPhotoStatus } from './photo-view.ts'

const at = new Date('2026-05-04T09:30:00.000Z')
const shown = (given: Partial<TaskRecord>) => toPhotoStatus(testViews.task(newRecord({ kind: 'photo.bibs', ...given })))
const error = { code: 'IMAGE_CORRUPT', message: 'It is damaged', retryable: false }

it.each<[string, Partial<TaskRecord>, ReturnType<typeof toPhotoStatus>]>([
  ['is pending', {}, { status: 'pending', error: null, isProcessed: false, processedAt: null }],
  [
    'waits for its next attempt',
    { error: { ...error, retryable: true } },
    { status: 'pending', error: 'It is damaged', isProcessed: false, processedAt: null },
  ],
  [
    'is completed',
    { status: 'completed', finishedAt: at, processingTimeMs: 900 },
    { status: 'completed', error: null, isProcessed: true, processedAt: at.toISOString() },
  ],
  [
    'has failed',
    { status: 'failed', finishedAt: at, error },
    { status: 'failed', error: 'It is damaged', isProcessed: false, processedAt: null },
  ],
  [
    'was cancelled',
    { status: 'cancelled', finishedAt: at },
    { status: 'failed', error: 'The task was cancelled', isProcessed: false, processedAt: null },
  ],
  [
    'was completed and has expired',
    { status: 'expired', finishedAt: at, processingTimeMs: 900 },
    { status: 'completed', error: null, isProcessed: true, processedAt: at.toISOString() },
  ],
  [
    'was cancelled and has expired',
    { status: 'expired', finishedAt: at },
    { status: 'failed', error: 'The task was cancelled', isProcessed: false, processedAt: null },
  ],
])('the status of a photo that %s [S2.5, S2.10]', (_what, given, status) => expect(shown(given)).toEqual(status))
