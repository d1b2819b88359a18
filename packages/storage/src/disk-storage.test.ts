import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createSmallDisk, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { collect, describeStorage } from '../test/describe-storage.ts'
import { createDiskStorage, type DiskStorage } from './disk-storage.ts'
import { toStorageError } from './storage-error.ts'

for (const blocking of [false, true])
  describeStorage(blocking ? 'disk, blocking its thread' : 'disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'storage-'))
    const another = () => createDiskStorage(join(folder, 'data'), { blocking })
    return {
      storage: another(),
      another,
      close: () => rm(folder, { recursive: true }),
    }
  })

let folder = ''
let root = ''
let storage: DiskStorage
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'))
  root = join(folder, 'data')
  storage = createDiskStorage(root)
})
afterEach(() => rm(folder, { recursive: true }))

const everything = async () => (await readdir(root, { recursive: true })).toSorted()

it('makes files and folders private', async () => {
  const upload = join(folder, 'upload')
  await writeFile(upload, 'photo', { mode: 0o666 })
  await storage.adopt(upload, 'a/adopted')
  await storage.put('a/put', Buffer.from('x'))
  const modes = await Promise.all(
    ['a', 'a/adopted', 'a/put'].map(async (key) => (await stat(join(root, key))).mode & 0o777),
  )
  expect(modes).toEqual([0o700, 0o600, 0o600])
})

it('checks that files can be stored, and leaves nothing behind', async () => {
  await storage.check()
  expect(await everything()).toEqual([])
  await writeFile(join(folder, 'file'), 'a file where a folder is needed')
  await expect(createDiskStorage(join(folder, 'file')).check()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  // In a parent that does not accept folders, Node's `mkdir -p` never ends.
  if (process.platform === 'linux')
    await expect(createDiskStorage('/proc/a/data').check()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})

it('replaces a file that was truncated on disk', async () => {
  await storage.put('a/file', Buffer.from('whole'))
  await truncate(join(root, 'a/file'), 2)
  expect(await storage.put('a/file', Buffer.from('whole'))).toMatchObject({ written: true })
  expect(await readFile(join(root, 'a/file'), 'utf8')).toBe('whole')
})

it('a put that the disk does not respond to fails in time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const body = new Readable({ read: () => {} })
  const failure = storage.put('a/file', body).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await failure).toMatchObject({ code: 'STORAGE_FAILED' })
  vi.useRealTimers()
  await until(async () => (await everything()).length === 2, { what: 'the temporary file' })
  body.destroy()
  await until(async () => (await everything()).length === 1, { what: 'the end of the put' })
})

it('does not affect readers of a file that is replaced', async () => {
  await storage.put('file', Buffer.alloc(300_000, 'a'))
  const { stream } = await storage.open('file')
  await storage.put('file', Buffer.alloc(300_000, 'b'))
  for await (const chunk of stream) expect((chunk as Buffer).every((byte) => byte === 97)).toBe(true)
})

it('removes folders that become empty, but not the root', async () => {
  await storage.put('a/b/c/file', Buffer.from('x'))
  await storage.put('a/other', Buffer.from('x'))
  await storage.remove('a/b/c/file')
  expect(await everything()).toEqual(['a', 'a/other'])
  await storage.remove('a/other')
  expect(await everything()).toEqual([])
})

it('resolves keys below the root, which may be a link created by the operator', async () => {
  expect(storage.resolve('a/b')).toBe(join(root, 'a/b'))
  expect(() => storage.resolve('../b')).toThrow('Not a storage key')
  await mkdir(root)
  await symlink(root, join(folder, 'link'))
  const linked = createDiskStorage(join(folder, 'link'))
  await linked.put('a/file', Buffer.from('x'))
  expect(await storage.stat('a/file')).toMatchObject({ bytes: 1 })
})

it('follows the link of the operator when it is redirected', async () => {
  const [link, other] = [join(folder, 'link'), join(folder, 'other')]
  await mkdir(other)
  await symlink(other, link)
  const linked = createDiskStorage(link)
  await linked.check()
  await storage.put('a/file', Buffer.from('x'))
  await unlink(link)
  await symlink(root, link)
  expect(await linked.stat('a/file')).toMatchObject({ bytes: 1 })
  await linked.check()
})

it('reports the free space, even before the first file', async () => {
  expect(await storage.freeBytes()).toBeGreaterThan(0)
})

describe('a link planted in the tree', () => {
  let secret = ''
  beforeEach(async () => {
    await mkdir(join(folder, 'elsewhere'))
    secret = join(folder, 'elsewhere/secret')
    await writeFile(secret, 'secret')
    await storage.put('a/file', Buffer.from('x'))
    await symlink(secret, join(root, 'a/link'))
    await symlink(join(folder, 'elsewhere'), join(root, 'a/folder'))
  })

  it.each(['a/link', 'a/folder/secret'])('is not read through: %s', async (key) => {
    await expect(storage.open(key)).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
    await expect(storage.stat(key)).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
  })

  it('is not written or removed through', async () => {
    await expect(storage.put('a/folder/secret', Buffer.from('x'))).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
    await expect(storage.put('a/folder/below/new', Buffer.from('x'))).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
    await expect(storage.put('a/link', Buffer.from('x'))).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
    await expect(storage.remove('a/folder/secret')).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
    expect(await readFile(secret, 'utf8')).toBe('secret')
    expect(await readdir(join(folder, 'elsewhere'))).toEqual(['secret'])
  })

  it('is not listed, and not adopted as an upload', async () => {
    expect((await collect(storage.list())).map(({ key }) => key)).toEqual(['a/file'])
    await symlink(secret, join(folder, 'upload'))
    await expect(storage.adopt(join(folder, 'upload'), 'b')).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
  })

  it.skipIf(process.platform === 'win32')('or a pipe: it does not wait for a writer', async () => {
    execFileSync('mkfifo', [join(root, 'a/pipe')])
    await expect(storage.open('a/pipe')).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
  })
})

describe('move', () => {
  it('leaves no empty folder behind, and replaces an existing file', async () => {
    await storage.put('a/b/file', Buffer.from('new'))
    await storage.put('c/file', Buffer.from('old'))
    await storage.move('a/b/file', 'c/file')
    expect(await everything()).toEqual(['c', 'c/file'])
    expect(await readFile(join(root, 'c/file'), 'utf8')).toBe('new')
  })

  it('throws NOT_FOUND if there is nothing to move', async () => {
    await storage.put('c/file', Buffer.from('old'))
    await expect(storage.move('a/b/file', 'c/file')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await collect(storage.list())).map(({ key }) => key)).toEqual(['c/file'])
  })
})

function raise(error: unknown): never {
  throw error
}

describe('the leftover of a dead writer', () => {
  const left = 'a/.file.0123456789abcdef.tmp'
  beforeEach(async () => {
    await storage.put('a/file', Buffer.from('x'))
    await writeFile(join(root, left), 'half')
  })

  it('is not a stored file', async () => {
    expect((await collect(storage.list())).map(({ key }) => key)).toEqual(['a/file'])
    await expect(storage.open(left)).rejects.toMatchObject({ code: 'INVALID_KEY' })
  })

  it('is removed once it is old, and nothing else is', async () => {
    expect(await storage.removeLeftovers(60_000, raise)).toBe(0)
    const longAgo = new Date(Date.now() - 3_600_000)
    await Promise.all([left, 'a/file'].map((name) => utimes(join(root, name), longAgo, longAgo)))
    expect(await storage.removeLeftovers(60_000, raise)).toBe(1)
    expect(await everything()).toEqual(['a', 'a/file'])
  })
})

it('old empty folders are removed with the leftovers, but not those at the top, which may belong to others', async () => {
  const [old, young] = ['a/b/old', 'a/c/young']
  for (const name of ['lost+found', old, young]) await mkdir(join(root, name), { recursive: true })
  const longAgo = new Date(Date.now() - 3_600_000)
  for (const name of ['lost+found', old]) await utimes(join(root, name), longAgo, longAgo)
  expect(await storage.removeLeftovers(60_000, raise)).toBe(0)
  expect(await everything()).toEqual(['a', 'a/c', young, 'lost+found'])
})

it('files are stored in empty folders while these are being removed', async () => {
  const upload = join(folder, 'upload')
  for (let round = 0; round < 200; round++) {
    await writeFile(upload, 'photo')
    await mkdir(join(root, 'a/b/c'), { recursive: true })
    await Promise.all([storage.removeLeftovers(-1, raise), storage.adopt(upload, 'a/b/c/file')])
    expect((await collect(storage.list())).map(({ key }) => key)).toEqual(['a/b/c/file'])
    await storage.remove('a/b/c/file')
  }
})

it('a folder that cannot be read is reported, and hides no files elsewhere', async () => {
  // Built in two places, because no path may be this long.
  const long = 'x'.repeat(250)
  const half = Array.from({ length: 10 }, () => long).join('/')
  await Promise.all(['b', 'c'].map((name) => storage.put(`${name}/file`, Buffer.from('x'))))
  await Promise.all([
    mkdir(join(root, 'b', half), { recursive: true }),
    mkdir(join(root, 'c', half), { recursive: true }),
  ])
  await rename(join(root, 'b', long), join(root, 'c', half, 'deep'))
  try {
    const errors: unknown[] = []
    expect(
      (await collect(storage.list(undefined, (error) => errors.push(error)))).map(({ key }) => key).toSorted(),
    ).toEqual(['b/file', 'c/file'])
    expect(errors).toMatchObject([{ code: 'ENAMETOOLONG' }])
    expect(await storage.removeLeftovers(0, (error) => errors.push(error))).toBe(0)
    expect(errors).toMatchObject([{ code: 'ENAMETOOLONG' }, { code: 'ENAMETOOLONG' }])
    await expect(collect(storage.list())).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  } finally {
    await rename(join(root, 'c', half, 'deep'), join(root, 'b', long))
  }
})

describe('system errors', () => {
  const systemError = (code: string) => Object.assign(new Error(`${code}: /secret/path`), { code, syscall: 'write' })

  it.each([
    ['ENOSPC', 'STORAGE_FULL'],
    ['EDQUOT', 'STORAGE_FULL'],
    ['ENOENT', 'NOT_FOUND'],
    ['EIO', 'STORAGE_FAILED'],
  ])('%s is %s, and the message names no path', (code, expected) => {
    const error = toStorageError(systemError(code), 'a/file')
    expect(error).toMatchObject({ code: expected, cause: { code } })
    expect(String(error)).not.toContain('/secret/path')
  })
})

describe('a second, small disk', () => {
  const disk = createSmallDisk()
  afterAll(() => disk?.close())

  it.skipIf(disk === undefined)('throws STORAGE_FULL when it is full, and keeps no partial file', async () => {
    const small = createDiskStorage(join(disk?.folder ?? '', 'full'))
    await small.put('a/first', Buffer.alloc(300_000))
    const tooMuch = () => Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(100_000)))
    await expect(small.put('a/file', tooMuch())).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    await expect(small.put('a/first', tooMuch())).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(await collect(small.list())).toMatchObject([{ key: 'a/first', bytes: 300_000 }])
    expect(await readdir(small.resolve('a'))).toEqual(['first'])
    expect(await small.freeBytes()).toBeLessThan(1_000_000)
  })

  it.skipIf(disk === undefined)('adopts a file from another disk', async () => {
    const small = createDiskStorage(join(disk?.folder ?? '', 'adopting'))
    const upload = join(folder, 'upload')
    await writeFile(upload, 'photo')
    expect(await small.adopt(upload, 'a/file')).toEqual({ bytes: 5, written: true })
    expect(await readFile(small.resolve('a/file'), 'utf8')).toBe('photo')
    expect(existsSync(upload)).toBe(false)
  })
})
