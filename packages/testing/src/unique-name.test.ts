import { expect, it } from 'vitest'
import { uniqueName, uniquePrefix } from './unique-name.ts'

it('all names are different, and slugs', () => {
  const names = Array.from({ length: 1000 }, () => uniqueName('queue'))
  expect(new Set(names).size).toBe(1000)
  expect(names[0]).toMatch(/^queue-[a-f0-9]{12}$/)
  expect(uniquePrefix()).toMatch(/^test-[a-f0-9]{12}-$/)
})
