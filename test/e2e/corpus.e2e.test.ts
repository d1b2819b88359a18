import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Task } from '@darkroom/contracts'
import { corpusFolder } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { AppProcess } from '../../scripts/processes.ts'
import { eachOf, ended, upload, type Answer } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { childrenOf, isLinux } from './support/processes-of-linux.ts'

/** One line of the manifest, as far as it concerns the service. */
interface CorpusFile {
  file: string
  expect: 'ok' | 'reject' | 'either'
  out1024?: [number, number]
  out800?: [number, number]
}

interface Outcome extends CorpusFile {
  answer: Answer
  /** If it was accepted: the task at its end. */
  task: Task | undefined
}

const AT_ONCE = 8
const folder = corpusFolder()
const files = folder === undefined ? [] : readManifest(folder)
if (folder === undefined)
  console.info('Skipped: the corpus of real and hostile files was not found. Set DARKROOM_CORPUS to its folder.')

describe.skipIf(folder === undefined)('real and hostile files', () => {
  let darkroom: Installation
  let worker: AppProcess
  let child: number | undefined
  const logged: string[] = []
  let outcomes: Outcome[]

  /** All files go through the complete service; the tests check the results. */
  beforeAll(async () => {
    darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
    const [api, started] = await Promise.all([
      darkroom.api(),
      darkroom.worker('worker-a', { onLine: (line) => logged.push(line) }),
    ])
    worker = started
    child = childrenOf(worker.pid)[0]
    outcomes = await eachOf(files, AT_ONCE, async (wanted) => {
      const answer = await upload(api.url, {
        bytes: await readFile(join(folder ?? '', wanted.file)),
        name: basename(wanted.file),
      })
      return { ...wanted, answer, task: answer.status === 202 ? await ended(api.url, answer.body.id) : undefined }
    })
  })
  afterAll(() => darkroom.stop())

  const wanted = (verdict: CorpusFile['expect']): Outcome[] => outcomes.filter((outcome) => outcome.expect === verdict)

  test('never make the service fail', () => {
    expect(outcomes.filter(({ answer }) => answer.status >= 500).map(briefly)).toEqual([])
  })

  test('become variants of the right size if they are valid', () => {
    for (const outcome of wanted('ok')) {
      expect(briefly(outcome)).toMatchObject({ status: 'completed' })
      expect(outcome.task?.images.map(({ width, height }) => [width, height])).toEqual([
        outcome.out1024,
        outcome.out800,
      ])
    }
  })

  test('are refused with a problem, or fail with a typed code on the first attempt, if they are not', () => {
    for (const outcome of wanted('reject')) expect(isCleanRefusal(outcome), JSON.stringify(briefly(outcome))).toBe(true)
  })

  test('have one valid outcome if both are acceptable', () => {
    for (const outcome of wanted('either')) {
      expect(outcome.task?.status === 'completed' || isCleanRefusal(outcome), JSON.stringify(briefly(outcome))).toBe(
        true,
      )
    }
  })

  test('do no harm to the worker and its children', async () => {
    if (isLinux) expect(childrenOf(worker.pid)).toContain(child)
    expect(logged.filter((line) => /WORKER_CRASHED|MEMORY_LIMIT|DEADLINE/.test(line))).toEqual([])
    const inOrder = { code: 0, signal: null }
    expect(await darkroom.stopProcesses()).toEqual([inOrder, inOrder])
  })
})

function isCleanRefusal({ answer, task }: Outcome): boolean {
  if (!task)
    return (
      answer.status >= 400 &&
      answer.status < 500 &&
      answer.type.includes('application/problem+json') &&
      isTyped(answer.body.code)
    )
  return task.status === 'failed' && task.attempts.made === 1 && isTyped(task.error?.code)
}

/** INTERNAL means that the cause was unknown. */
const isTyped = (code: string | undefined): boolean =>
  code !== undefined && /^[A-Z][A-Z_]+$/.test(code) && code !== 'INTERNAL'

const briefly = ({ file, answer, task }: Outcome): object => ({
  file,
  answer: answer.status,
  status: task?.status,
  attempts: task?.attempts.made,
  code: task?.error?.code ?? answer.body.code,
})

function readManifest(of: string): CorpusFile[] {
  const lines = readFileSync(join(of, 'manifest.ndjson'), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CorpusFile)
}
