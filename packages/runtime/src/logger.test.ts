import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'

const logger = new URL('./logger.ts', import.meta.url).href
/**
 * On request it logs two lines and exits immediately, as an app does that has closed everything.
 */
const program = `
  import { createLogger } from ${JSON.stringify(logger)}
  const log = createLogger({ name: 'test', level: 'info' })
  process.on('message', () => {
    log.info('the second to last line')
    log.info('the last line')
    process.exit(3)
  })
  process.send('ready')`

function start() {
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: 10_000,
    killSignal: 'SIGKILL',
  })
  return { child, ready: once(child, 'message'), ended: once(child, 'close') }
}

it('writes the last line before the process ends', async () => {
  const { child, ready, ended } = start()
  let written = ''
  child.stdout?.on('data', (text: Buffer) => (written += text.toString()))
  await ready
  child.send('end')
  expect((await ended)[0]).toBe(3)
  // A line that is being written when the process ends may arrive after it.
  const lines = written.trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('the last line')
})

it('lets a process end whose output is no longer read', { timeout: 15_000 }, async () => {
  const { child, ready, ended } = start()
  await ready
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.send('end')
  const [code, signal] = await ended
  expect([typeof code, signal]).toEqual(['number', null])
})
