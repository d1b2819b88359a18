import type { Task } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import type { Upload, UploadState } from './upload.ts'
import { summaryOf } from './use-summary.ts'

const upload = (state: UploadState): Upload => ({
  id: 1,
  key: 'k',
  file: new File(['x'.repeat(1000)], 'a.jpg'),
  fields: {},
  state,
})
const task = (given: Partial<Task>): UploadState => ({
  step: 'accepted',
  task: { files: [], progress: { stage: '', percent: 0 }, ...given } as unknown as Task,
})

it('counts what has ended, what was not accepted, and what was saved', () => {
  const completed = task({ status: 'completed', files: [{ size: 100 }] as Task['files'] })
  const states = [
    completed,
    task({ status: 'failed' }),
    { step: 'refused', code: '', message: '', needsKey: false },
    { step: 'queued' },
  ] as const
  expect(summaryOf(states.map(upload))).toEqual({
    all: 4,
    settled: 3,
    refused: 2,
    interrupted: 0,
    bytesBefore: 1000,
    bytesAfter: 100,
    share: 0.75,
  })
})

it('counts a photo that was sent and not processed as partly done', () => {
  const { share, settled } = summaryOf([upload(task({ status: 'pending' }))])
  expect([share > 0 && share < 1, settled]).toEqual([true, 0])
})
