import { expect, it } from 'vitest'
import { jobIdOf, parseJobId } from './job-ids.ts'

const taskId = '65d4a1b2c3d4e5f6a7b8c9d0'

it('names the job after its task, and after its epoch once it was retried', () => {
  expect(jobIdOf(taskId, 1)).toBe(taskId)
  expect(jobIdOf(taskId, 3)).toBe(`${taskId}-3`)
})

it('reads its own ids back and no others', () => {
  expect(parseJobId(taskId)).toEqual({ taskId, epoch: 1 })
  expect(parseJobId(`${taskId}-3`)).toEqual({ taskId, epoch: 3 })
  for (const foreign of ['', 'repeat:x:1', taskId.toUpperCase(), `${taskId}-`, `${taskId}-x`]) {
    expect(parseJobId(foreign)).toBeUndefined()
  }
})
