import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { imageOptimize, type ImageJob, type StoredFile } from '@darkroom/contracts'
import { createLogger } from '@darkroom/runtime'
import { createDiskStorage, StorageError, type Storage } from '@darkroom/storage'
import { filesBelow } from '@darkroom/testing'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createScratchWorkplace } from './scratch-workplace.ts'

const log = createLogger({ name: 'test', level: 'silent' })
const photo = Buffer.from('the original')
const job: ImageJob = {
  taskId: 'a'.repeat(24),
  imagePath: `storage/images/${'a'.repeat(24)}/original.jpg`,
  imageName: 'beach',
  timestamp: 0,
  epoch: 1,
  tenant: 'default',
}

let dataDir: string
/** Any other storage than the local disk would do. */
let far: Storage
beforeEach(async () => {
  dataDir = await createFolder()
  far = createDiskStorage(await createFolder())
  await far.put(job.imagePath, photo)
})

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scratch-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const workplace = (storage = far) => createScratchWorkplace({ storage, kind: imageOptimize, dataDir, log })
const keysIn = async (storage: Storage) => (await Array.fromAsync(storage.list('output'))).map(({ key }) => key)
const remains = () => filesBelow(dataDir)
const ending = (files: StoredFile[]) => ({ files, result: {}, bytesIn: photo.length })

/** What a child does: it reads the original and makes a file of it. */
async function makeFile(folder: string, given: Partial<StoredFile> = {}): Promise<StoredFile> {
  const local = createDiskStorage(folder)
  const bytes = await readFile(local.resolve(job.imagePath))
  const md5 = createHash('md5').update(bytes).digest('hex')
  const file = { name: '800', contentType: 'image/jpeg', bytes: bytes.length, md5, path: `output/beach/800/${md5}.jpg` }
  await local.put(file.path, bytes)
  return { ...file, ...given }
}

it('the child finds the original in its folder, and what it makes is stored; nothing stays here', async () => {
  const { files } = await workplace().run(job, {}, async (folder) => {
    expect(folder.startsWith(dataDir)).toBe(true)
    return ending([await makeFile(folder)])
  })
  expect(await keysIn(far)).toEqual([files[0]?.path])
  expect((await far.stat(files[0]?.path ?? '')).bytes).toBe(photo.length)
  expect(await remains()).toEqual([])
})

it('every run has its own folder', async () => {
  const folders = new Set<string>()
  const shared = workplace()
  await Promise.all([1, 2, 3].map(() => shared.run(job, {}, async (folder) => (folders.add(folder), ending([])))))
  expect(folders.size).toBe(3)
})

it('a run that fails leaves nothing, neither here nor there', async () => {
  const run = workplace().run(job, {}, async (folder) => {
    await makeFile(folder)
    throw new Error('The engine failed')
  })
  await expect(run).rejects.toThrow('The engine failed')
  expect([await keysIn(far), await remains()]).toEqual([[], []])
})

it('if a file cannot be stored, none is still being stored when the run has failed', async () => {
  const { promise: failed, resolve: fail } = Promise.withResolvers<void>()
  const storage: Storage = {
    ...far,
    adopt: async (path, key, known) => {
      if (key.includes('/bad/')) {
        fail()
        throw new StorageError('STORAGE_FULL', 'There is no space left.')
      }
      await failed
      return far.adopt(path, key, known)
    },
  }
  const run = workplace(storage).run(job, {}, async (folder) => {
    const file = await makeFile(folder)
    const bad = { ...file, path: 'output/beach/bad/a.jpg' }
    await createDiskStorage(folder).put(bad.path, photo)
    return ending([bad, file])
  })
  await expect(run).rejects.toMatchObject({ reason: { code: 'STORAGE_FULL' } })
  expect([(await keysIn(far)).length, await remains()]).toEqual([1, []])
})

describe('the original', () => {
  const reasonOf = (storage: Storage, given = job) =>
    workplace(storage)
      .run(given, {}, async () => ending([]))
      .then(
        () => undefined,
        (error: { reason: unknown }) => error.reason,
      )
  const failing = (open: Storage['open']): Storage => ({ ...far, open })

  it('is missing', async () => {
    await far.remove(job.imagePath)
    expect(await reasonOf(far)).toMatchObject({ code: 'SOURCE_MISSING', retryable: true })
  })

  it.each([
    ['cannot be opened', () => Promise.reject(new StorageError('STORAGE_FAILED', 'The server does not respond.'))],
    ['breaks off', async () => ({ bytes: 12, modifiedAt: new Date(), stream: breakingOff() })],
    [
      'is shorter than it should be',
      async () => ({ bytes: 13, modifiedAt: new Date(), stream: Readable.from([photo]) }),
    ],
  ])('%s: a problem of this machine', async (_what, open) => {
    expect(await reasonOf(failing(open))).toMatchObject({ code: 'STORAGE_FAILED', retryable: true })
    expect(await remains()).toEqual([])
  })

  it('has an impossible key: a problem of the job', async () => {
    expect(await reasonOf(far, { ...job, imagePath: '../../etc/passwd' })).toMatchObject({ code: 'INVALID_JOB' })
  })

  it('is no longer fetched when the run is cancelled', async () => {
    const cancel = new AbortController()
    const endless = new Readable({ read: () => {} })
    const open: Storage['open'] = async () => {
      setImmediate(() => cancel.abort('CANCELLED!: The task was cancelled'))
      return { bytes: 100, modifiedAt: new Date(), stream: endless }
    }
    const run = workplace(failing(open)).run(job, { signal: cancel.signal }, async () => ending([]))
    await expect(run).rejects.toMatchObject({ reason: { code: 'CANCELLED', retryable: false } })
    expect(endless.destroyed).toBe(true)
  })
})

describe('a file that the child says it has made', () => {
  const storing = (forge: (folder: string) => Promise<StoredFile>) =>
    workplace().run(job, {}, async (folder) => ending([await forge(folder)]))

  it.each([
    'storage/images/bbbbbbbbbbbbbbbbbbbbbbbb/original.jpg',
    '.darkroom.json',
    'tenants/acme/output/a/800/b.jpg',
  ])('is not stored as %s', async (path) => {
    await expect(storing((folder) => makeFile(folder, { path }))).rejects.toMatchObject({ name: 'JobFailure' })
    await expect(far.stat('storage/images/bbbbbbbbbbbbbbbbbbbbbbbb/original.jpg')).rejects.toThrow()
    expect(await keysIn(far)).toEqual([])
  })

  it('is not stored if it is missing, or of another size', async () => {
    const forgeries = [
      (folder: string) => makeFile(folder, { path: 'output/beach/800/none.jpg' }),
      (folder: string) => makeFile(folder, { bytes: 1 }),
    ]
    for (const forge of forgeries)
      await expect(storing(forge)).rejects.toMatchObject({ reason: { code: 'STORAGE_FAILED', retryable: true } })
  })

  it('is not a way to a file elsewhere', async () => {
    const path = 'output/beach/800/link.jpg'
    const run = storing(async (folder) => {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await symlink('/etc/hostname', join(folder, path))
      return makeFile(folder, { path })
    })
    await expect(run).rejects.toMatchObject({ reason: { code: 'UNSAFE_PATH' } })
    expect(await keysIn(far)).toEqual([])
  })
})

it('what dead processes left is removed; the folders of others are kept', async () => {
  const ended = execFileSync(process.execPath, ['-p', 'process.pid']).toString().trim()
  const dead = [`${hostname()}.${ended}`, `${hostname()}.${process.pid}`, 'another-machine.1']
  const alive = [`${hostname()}.${process.ppid}`, 'another-machine.2']
  for (const name of [...dead, ...alive]) {
    await mkdir(join(dataDir, 'scratch', name), { recursive: true })
    await writeFile(join(dataDir, 'scratch', name, 'original.jpg'), photo)
  }
  const longAgo = new Date(Date.now() - 25 * 3600 * 1000)
  await utimes(join(dataDir, 'scratch', 'another-machine.1'), longAgo, longAgo)
  await workplace().tidy()
  expect((await readdir(join(dataDir, 'scratch'))).toSorted()).toEqual(alive.toSorted())
})

it('a storage that cannot be used is found by the check', async () => {
  await workplace().check()
  const broken: Storage = { ...far, check: () => Promise.reject(new StorageError('STORAGE_FAILED', 'It is away.')) }
  await expect(workplace(broken).check()).rejects.toThrow('It is away.')
})

function breakingOff(): Readable {
  return Readable.from(
    (async function* () {
      yield photo.subarray(0, 3)
      throw new Error('socket hang up')
    })(),
  )
}
