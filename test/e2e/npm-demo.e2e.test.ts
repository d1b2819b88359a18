import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleJpeg, until } from '@darkroom/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { isRunning, npmRun } from './support/npm-run.ts'
import { isLinux } from './support/processes-of-linux.ts'

/** Less than the 25 s that a worker may take to shut down on its own. */
const GONE_MS = 20_000
const photo = join(tmpdir(), `darkroom-demo-${process.pid}.jpg`)

beforeAll(async () => writeFile(photo, await sampleJpeg({ width: 4000, height: 3000 })))

test.skipIf(!isLinux).each(['Redis:', 'MongoDB:', 'Sending', 'accepted'])(
  'Ctrl-C after the demo printed "%s" ends it immediately, with nothing left running and no stack trace',
  async (moment) => {
    const run = await npmRun('demo', Array<string>(8).fill(photo), {})
    onTestFinished(() => run.stop())
    await until(() => run.output().includes(moment), { timeoutMs: 90_000, what: `the demo to say ${moment}` })
    const processes = run.processes()
    // Like a terminal: to every process of the group, including npm and the bootstrap script.
    process.kill(-run.pid, 'SIGINT')
    let left: string[] = []
    const isOver = (): boolean => {
      left = processes.filter(isRunning).map(({ command }) => command)
      return left.length === 0
    }
    await until(isOver, { timeoutMs: GONE_MS, what: 'the end' }).catch(() => {})
    expect(left).toEqual([])
    expect(run.output()).not.toMatch(/^ +at |Error/m)
  },
)

test('the demo handles --help, missing files and a folder without photos', async () => {
  for (const [args, answer] of [
    [['--help'], /npm run demo \[-- FILE\|FOLDER…\]/],
    [['--nonsense'], /Unknown option '--nonsense'/],
    [['/nowhere/at-all.jpg'], /\/nowhere\/at-all\.jpg does not exist\./],
    [['.'], /contains no JPEG, PNG, WebP or GIF files\./],
  ] as const) {
    const run = await npmRun('demo', args, {})
    onTestFinished(() => run.stop())
    await until(() => run.processes().length === 0, { timeoutMs: 60_000, what: 'the end' })
    expect(run.output()).toMatch(answer)
    expect(run.output()).not.toMatch(/^ +at |Redis:/m)
  }
})
