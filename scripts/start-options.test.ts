import { TASK_KINDS } from '@darkroom/contracts'
import { expect, test } from 'vitest'
import { readStartOptions, StartUsage } from './start-options.ts'

test('by default everything runs: the API, and a worker of each kind', () => {
  expect(readStartOptions([])).toMatchObject({ api: true, services: true, workers: 1, kinds: TASK_KINDS })
})

test('workers of some kinds', () => {
  const { kinds } = readStartOptions(['--no-api', '--kinds', 'video.render,image.optimize'])
  expect(kinds).toEqual(['video.render', 'image.optimize'])
})

test('only a demo may kill workers from the page', () => {
  expect(readStartOptions([]).demo).toBe(false)
  expect(readStartOptions(['--demo']).demo).toBe(true)
})

test.each([
  [['--kinds', 'image'], /there is no kind "image".*image\.optimize/],
  [['--kinds', ''], /there is no kind ""/],
  [['--workers', 'many'], /from 0 to 64/],
  [['--no-api', '--workers', '0'], /nothing to start/],
  [['--unknown'], /--unknown/],
])('%j is refused, and the usage follows', (args, fault) => {
  const read = () => readStartOptions(args)
  expect(read).toThrow(StartUsage)
  expect(read).toThrow(fault)
  expect(read).toThrow(/npm start -- \[options\]/)
})
