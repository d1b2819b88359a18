import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { serviceContext } from '../test/service-context.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { fetchVersitygw } from './fetch-versitygw.ts'
import { startS3 } from './start-s3.ts'

/** A context with nothing but a program called `go`, if its script is given. */
async function contextWith(go?: string) {
  const folder = await temporaryFolder()
  const bin = join(folder, 'bin')
  await mkdir(bin)
  if (go !== undefined) {
    await writeFile(join(bin, 'go'), `#!/bin/sh\necho "$1" >> ${join(folder, 'calls')}\n${go}\n`)
    await chmod(join(bin, 'go'), 0o755)
  }
  const lines: string[] = []
  const context = await serviceContext({
    cacheFolder: join(folder, 'cache'),
    env: { PATH: [bin, '/bin', '/usr/bin'].join(delimiter) },
    log: (line) => lines.push(line),
  })
  await mkdir(context.cacheFolder)
  return { context, lines, calls: async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n') }
}

test('without any way to get a server the error says what to do', async () => {
  const { context } = await contextWith()
  const nothing = startS3({ ...context, env: { PATH: '' } })
  await expect(nothing).rejects.toThrow(/set S3_ENDPOINT[^]*install versitygw[^]*install Go[^]*the build requires Go/)
})

test('a server that the environment names is never replaced by another one', async () => {
  const { context } = await contextWith()
  const given = startS3({ ...context, env: { ...process.env, S3_ENDPOINT: 'http://127.0.0.1:1' } })
  await expect(given).rejects.toThrow('S3_ENDPOINT is set, but S3 does not respond')
})

test.skipIf(process.platform === 'win32')('those that need it at once build it once; later runs find it', async () => {
  const { context, lines, calls } = await contextWith('[ "$1" = install ] && echo program > "$GOBIN/versitygw"; exit 0')
  const all = await Promise.all([1, 2, 3].map(() => fetchVersitygw(context)))
  const found = 'found' in all[0]! ? all[0].found : ''
  expect(all).toEqual([{ found }, { found }, { found }])
  expect(await readFile(found, 'utf8')).toBe('program\n')
  expect(await fetchVersitygw({ ...context, env: {} })).toEqual({ found })
  expect(await calls()).toEqual(['mod', 'install'])
  expect(lines).toEqual([expect.stringContaining('building versitygw')])
})

test.skipIf(process.platform === 'win32')('a failed build is not repeated by every run', async () => {
  const { context, calls } = await contextWith('exit 1')
  expect(await fetchVersitygw(context)).toMatchObject({ skipped: expect.stringContaining('failed'), said: true })
  expect(await fetchVersitygw(context)).toEqual({ skipped: 'a recent build failed' })
  expect(await calls()).toEqual(['mod'])
})
