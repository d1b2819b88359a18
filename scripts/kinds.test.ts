// A kind of task is complete: these tests find missing parts that the compiler cannot detect.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KINDS, TASK_KINDS } from '../packages/contracts/src/kinds/kinds.ts'
import { queueNames } from '../packages/messaging/src/names.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const kinds = Object.values(KINDS)

describe.each(kinds)('$kind has', ({ kind, worker, originals }) => {
  it('its key as its name', () => expect(KINDS[kind].kind).toBe(kind))

  it('a worker with the usual files', () => {
    for (const file of ['tsconfig.json', 'turbo.json', 'src/main.ts', 'src/env.ts', 'src/child.ts']) {
      expect(existsSync(join(root, 'apps', worker, file)), `apps/${worker}/${file}`).toBe(true)
    }
  })

  it('a policy in the API', () => expect(read('apps/api/src/kinds/kinds.ts')).toContain(`'${kind}':`))

  it('a row in the contract tests', () => {
    const rows = globSync('apps/api/test/contract/*-rows.ts', { cwd: root }).map(read)
    expect(rows.join('\n')).toContain(`'${kind}'`)
  })

  it('its logs shown with those of all workers', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(scripts['docker:compose:logs:worker']?.split(' ')).toContain(worker)
  })

  it('a folder for originals that the janitor recognises', () => expect(originals).toMatch(/^[a-z]+$/))
})

it('no two kinds share a queue, whatever QUEUE_NAME is', () => {
  for (const queue of [undefined, 'image-processing', 'mine']) {
    const names = kinds.map((kind) => queueNames({ queue }, kind).queue)
    expect(new Set(names).size).toBe(TASK_KINDS.length)
  }
})

it('QUEUE_NAME separates the queues of two installations, for every kind', () => {
  const video = { kind: 'video.render', queue: 'video-render-queue' }
  expect(queueNames({}, video).queue).toBe('video-render-queue')
  expect(queueNames({ queue: 'image-processing' }, video).queue).toBe('video-render-queue')
  expect(queueNames({ queue: 'mine' }, video).queue).toBe('video-render-queue-mine')
  expect(queueNames({ queue: 'mine' }, KINDS['image.optimize']).queue).toBe('mine')
})
