import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@darkroom/local-services'
import { until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyTree } from '../../faults/tree.ts'
import { COMPILED, isRunning, familyOf } from './support/npm-run.ts'
import { isLinux } from './support/processes-of-linux.ts'

const repository = join(import.meta.dirname, '../..')
/** A command that never ends by itself: the block runs in a terminal of its own. */
const STAYS = /^npm start$/m
const LIMIT_MS = 240_000

let folder: string
let tree: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-readme-'))
  tree = join(folder, 'tree')
  await copyTree(tree)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** As a user would type it; blocks that need more than this machine are marked. */
const blocksOf = (page: string): string[] =>
  [...readFileSync(join(repository, page), 'utf8').matchAll(/(<!-- not run: .*-->\n)?```sh\n([^]*?)```/g)].flatMap(
    ([, excuse, block]) => (excuse === undefined && block !== undefined ? [block] : []),
  )

test.skipIf(!isLinux)(
  'all code blocks of README.md and docs/http.md run unchanged, in order',
  { timeout: 2 * LIMIT_MS },
  async () => {
    for (const page of ['README.md', 'docs/http.md']) {
      const blocks = blocksOf(page)
      expect(blocks.length).toBeGreaterThan(2)
      const output = await typed(blocks, await freePort())
      expect(output.slice(-2000)).toContain('\nALL DONE\n')
      // A small photo may be finished before it is cancelled: the page says so.
      expect(output).not.toMatch(
        /"type":"about:blank".{0,400}"code":"(?!TASK_FINAL|TASK_PROCESSING)[A-Z_]+"|curl: \(|command not found/,
      )
    }
  },
)

/**
 * Runs blocks in one shell, which stops at the first command that fails. Returns what a user would
 * see.
 */
async function typed(blocks: readonly string[], port: number): Promise<string> {
  // The port may be in use here: nothing else is changed.
  const script = blocks.map((block) =>
    (STAYS.test(block) ? staying(block) : block).replaceAll('localhost:3000', `localhost:${port}`),
  )
  const shell = spawn(
    'bash',
    [
      '-e',
      '-o',
      'pipefail',
      '-c',
      ["trap 'kill $started; wait $started' EXIT", ...script, 'echo; echo ALL DONE'].join('\n'),
    ],
    {
      cwd: tree,
      detached: true,
      env: {
        ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], ...COMPILED },
        ...{ HOST: '127.0.0.1', PORT: String(port) },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const late = setTimeout(() => shell.kill('SIGTERM'), LIMIT_MS)
  const family = once(shell, 'spawn').then(() => familyOf(shell.pid ?? -1))
  await once(shell, 'close')
  clearTimeout(late)
  await until(async () => (await family).every((one) => !isRunning(one)), {
    timeoutMs: 30_000,
    what: 'everything started by the blocks to end',
  })
  return output
}

/** In the background, until it responds; from there on the reader continues in another terminal. */
const staying = (block: string): string =>
  block.replace(
    STAYS,
    'npm start & started=$!\nuntil curl -s -o /dev/null http://localhost:3000/readyz; do sleep 0.2; done',
  )
