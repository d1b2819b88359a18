import { expect, it } from 'vitest'
import { jobIdOf, parseJobId } from './job-ids.ts'

const taskId = '65d4a1b2c3d4e5f6a7b8c9d0'

it('the id of a job is that of its task, followed by the epoch after a restart', () => {
  expect(jobIdOf(taskId, 1)).toBe(taskId)
  expect(jobIdOf(taskId, 3)).toBe(`${taskId}-3`)
})

it('only ids of this form are parsed', () => {
  expect(parseJobId(taskId)).toEqual({ taskId, epoch: 1 })
  expect(parseJobId(`${taskId}-3`)).toEqual({ taskId, epoch: 3 })
  for (const foreign of ['', 'repeat:x:1', taskId.toUpperCase(), `${taskId}-`, `${taskId}-x`]) {
    expect(parseJobId(foreign)).toBeUndefined()
  }
})
