import { stripVTControlCharacters } from 'node:util'
import { task, type Task } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import { formatBytes, resultTable } from './demo-table.ts'

const image = {
  resolution: '1024',
  width: 1024,
  height: 768,
  format: 'jpeg',
  size: 100_000,
  md5: 'a',
  path: 'output/beach/1024/a.jpg',
  url: '',
} as const

it('has a line for each variant, and lines up', () => {
  const beach = taskWith({ images: [image, { ...image, width: 800, height: 600, size: 50_000 }], processingTimeMs: 120 })
  const lines = stripVTControlCharacters(resultTable([{ path: '/beach.jpg', name: 'beach.jpg', task: beach }], '/data')).split('\n')
  expect(lines).toEqual([
    'photo      source                       variant       size  saved    time  file',
    'beach.jpg  jpeg    4032 x 3024  3.4 MB  1024 x 768  100 kB   97 %  0.12 s  /data/output/beach/1024/a.jpg',
    '                                        800 x 600    50 kB   98 %          /data/output/beach/1024/a.jpg',
  ])
})

it('tells why there is no variant', () => {
  const text = stripVTControlCharacters(resultTable([{ path: '/x.jpg', name: 'x.jpg', fault: 'This is no image.' }], '/data'))
  expect(text).toMatch(/x\.jpg +failed: This is no image\.$/)
})

it('counts bytes in thousands', () => {
  expect([999, 143_210, 3_412_345].map(formatBytes)).toEqual(['1 kB', '143 kB', '3.4 MB'])
})

function taskWith(changes: Partial<Task>): Task {
  const base: Partial<Task> = { source: { bytes: 3_412_345, format: 'jpeg', width: 4032, height: 3024, sha256: '', md5: '' }, images: [] }
  return { ...task.partial().parse(base), ...changes } as Task
}
