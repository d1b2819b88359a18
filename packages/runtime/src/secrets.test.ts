import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseEnv } from './parse-env.ts'

const schema = z.object({ ADMIN_TOKEN: z.string().optional(), REDIS_URL: z.string().optional() })
const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))
const fileOf = (content: string): string => {
  const file = join(folder, 'secret')
  writeFileSync(file, content)
  return file
}

describe('a secret in a file', () => {
  it('is read, without the line break at its end', () => {
    expect(parseEnv(schema, { ADMIN_TOKEN_FILE: fileOf('from a file\n') })).toEqual({ ADMIN_TOKEN: 'from a file' })
  })

  it('is not set a second time', () => {
    expect(() => parseEnv(schema, { ADMIN_TOKEN: 'a', ADMIN_TOKEN_FILE: fileOf('b') })).toThrow(
      'ADMIN_TOKEN_FILE: ADMIN_TOKEN is set as well',
    )
  })

  it('is missing: this is said', () => {
    expect(() => parseEnv(schema, { ADMIN_TOKEN_FILE: join(folder, 'none') })).toThrow(
      'ADMIN_TOKEN_FILE: the file cannot be read (ENOENT)',
    )
  })
})

it.each(['change-me', 'redis://:changeme@redis:6379', 'please_CHANGE_ME_now'])('%s is refused as a secret', (value) => {
  expect(() => parseEnv(schema, { REDIS_URL: value })).toThrow('REDIS_URL: is the value of an example')
})

/** A process that loads its environment, then lets a child read what is left of it. */
const PROGRAM = `
  import { execFileSync } from 'node:child_process'
  import { z } from 'zod'
  const show = () => execFileSync('cat', ['/proc/' + process.pid + '/environ'], { env: {} }).toString('latin1')
  const before = show()
  const { loadEnv } = await import(process.env.MODULE)
  const { ADMIN_TOKEN } = loadEnv(z.object({ ADMIN_TOKEN: z.string() }))
  console.log(JSON.stringify({ before, after: show(), own: process.env.ADMIN_TOKEN ?? null, read: ADMIN_TOKEN, other: process.env.OTHER }))
`

it('a child cannot read the secrets of its parent, once they have been read', (context) => {
  if (spawnSync('cat', ['/proc/self/environ']).status !== 0) context.skip('there is no /proc on this system')
  const env = { ADMIN_TOKEN: 'known-only-here', OTHER: 'kept', MODULE: new URL('./parse-env.ts', import.meta.url).href }
  const args = ['--conditions=source', '--input-type=module', '--eval', PROGRAM]
  const output = execFileSync(process.execPath, args, { env, cwd: import.meta.dirname }).toString()
  const { before, after, own, read, other } = JSON.parse(output) as Record<string, string>
  expect([before?.includes('known-only-here'), after?.includes('known-only-here')]).toEqual([true, false])
  expect([own, read, other, after?.includes('OTHER=kept')]).toEqual([null, 'known-only-here', 'kept', true])
})
