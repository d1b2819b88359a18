import { readdir } from 'node:fs/promises'
import { createSmallDisk } from '@darkroom/testing'
import type { Request } from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { rememberCaller } from '../http/tenant-of.ts'
import type { Kinds } from '../tasks/kind.ts'
import { createAcceptInput } from './accept-input.ts'

const disk = createSmallDisk()

test('nothing is left of a document that the disk has no room for', async ({ skip }) => {
  skip(disk === undefined, 'only root on Linux can mount a small disk')
  onTestFinished(() => disk?.close())
  const folder = disk?.folder ?? ''
  const document = { text: 'x'.repeat(2_000_000) }
  const acceptInput = async () => ({ facts: {}, name: 'beach', slug: 'beach', jobId: 'beach', document })
  const accept = createAcceptInput({
    send: () => Promise.reject(new Error('No task without its document')),
    kinds: { 'video.render': { acceptInput } } as unknown as Kinds,
    folder,
    defaultTtlSeconds: 60,
    checkReports: () => {},
  })
  const req = { get: () => undefined, body: { kind: 'video.render', input: {} } } as unknown as Request
  rememberCaller(req, { tenant: 'default', scopes: [] })
  await expect(accept(req)).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(await readdir(folder)).toEqual([])
})
