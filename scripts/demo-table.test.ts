import { stripVTControlCharacters } from 'node:util'
import { task, type Task } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import type { Photo } from './demo-client.ts'
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

const linesOf = (...photos: Photo[]): string[] => stripVTControlCharacters(resultTable(photos)).split('\n')

it('has an aligned line for each variant', () => {
  const beach = taskWith({
    images: [image, { ...image, width: 800, height: 600, size: 50_000 }],
    processingTimeMs: 120,
  })
  expect(linesOf({ path: '/beach.jpg', name: 'beach.jpg', task: beach })).toEqual([
    'photo      source                       variant       size  saved    time',
    'beach.jpg  jpeg    4032 x 3024  3.4 MB  1024 x 768  100 kB   97 %  0.12 s',
    '                                        800 x 600    50 kB   98 %',
  ])
})

it('shows why there is no variant', () => {
  expect(linesOf({ path: '/x.jpg', name: 'x.jpg', fault: 'This is not an image.' }).slice(1)).toEqual([
    'x.jpg',
    '  failed: This is not an image.',
  ])
})

it('fits 100 columns, however long names and reasons are', () => {
  const source = { bytes: 50_000_000, format: 'jpeg', width: 65_535, height: 65_535, sha256: '' } as const
  const task = {
    ...taskWith({ images: [{ ...image, size: 10_000_000, width: 1024, height: 65_535 }], processingTimeMs: 999_000 }),
    source,
  }
  const name = `${'long-'.repeat(40)}.jpg`
  const lines = linesOf(
    { path: '', name, task },
    { path: '', name, fault: 'What was sent is not what is accepted. '.repeat(9) },
  )
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
  expect(lines.join(' ').match(/not what is accepted/g)?.length).toBeGreaterThan(5)
})

it('uses decimal units for bytes', () => {
  expect([999, 143_210, 3_412_345].map(formatBytes)).toEqual(['1 kB', '143 kB', '3.4 MB'])
})

function taskWith(changes: Partial<Task>): Task {
  const base: Partial<Task> = {
    source: { bytes: 3_412_345, format: 'jpeg', width: 4032, height: 3024, sha256: '' },
    images: [],
  }
  return { ...task.partial().parse(base), ...changes } as Task
}
