// Loaded into a process under test: a disk that only keeps synced data across a power cut. Killing
// a process does not show this, because the kernel still has everything it wrote. Bytes are safe
// after fsync of their file, names after fsync of their folder.
import { createHash } from 'node:crypto'
import fs, {
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  type NoParamCallback,
  type PathLike,
  type Stats,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'

declare global {
  var cutPower: (() => void) | undefined
}

interface Name {
  folder: string
  madeAt: number
  undo: () => void
}

const flags = new URL(import.meta.url).searchParams.get('flags') ?? ''
/** When the bytes of a file were last changed before they were synced, by inode. */
const synced = new Map<number, number>()
const torn = new Set<string>()
const names = new Set<Name>()

const { renameSync, mkdirSync, fsync, fsyncSync } = fs
const { rename, mkdir } = fs.promises

fs.promises.rename = async (from, to) => {
  const facts = statSync(from)
  await rename(from, to)
  renamed(facts, from, to)
}
fs.renameSync = (from, to) => {
  const facts = statSync(from)
  renameSync(from, to)
  renamed(facts, from, to)
}
fs.promises.mkdir = (async (path: PathLike, options?: object) => {
  const first = await mkdir(path, options)
  made(path, typeof first === 'string' ? first : undefined, options)
  return first
}) as typeof mkdir
fs.mkdirSync = ((path: PathLike, options?: object) => {
  const first = mkdirSync(path, options)
  made(path, typeof first === 'string' ? first : undefined, options)
  return first
}) as typeof mkdirSync
fs.fsyncSync = (fd) => {
  const done = syncing(fd)
  fsyncSync(fd)
  done()
}
fs.fsync = ((fd: number, callback: NoParamCallback) => {
  const done = syncing(fd)
  fsync(fd, (error) => {
    if (!error) done()
    callback(error)
  })
}) as typeof fsync
syncBuiltinESMExports()

const probe = await fs.promises.open('/dev/null')
const handles = Object.getPrototypeOf(probe) as { sync: () => Promise<void> }
await probe.close()
const { sync } = handles
handles.sync = async function (this: typeof probe) {
  const done = syncing(this.fd)
  await sync.call(this)
  done()
}

function renamed({ ino, mtimeMs }: Stats, from: PathLike, to: PathLike): void {
  if (synced.get(ino) === mtimeMs) torn.delete(String(to))
  else torn.add(String(to))
  names.add({ folder: dirname(String(to)), madeAt: now(), undo: () => renameSync(to, from) })
}

function made(path: PathLike, first: string | undefined, options: { recursive?: boolean } = {}): void {
  const folder = options.recursive ? first : String(path)
  // Uploads in progress need not survive, and other processes use the same folder.
  if (folder === undefined || folder.includes('/uploads')) return
  names.add({ folder: dirname(folder), madeAt: now(), undo: () => rmSync(folder, { recursive: true, force: true }) })
}

/** To be called before a file or folder is synced; the function it returns, afterwards. */
function syncing(fd: number): () => void {
  const { ino, mtimeMs } = fs.fstatSync(fd)
  const path = readlinkSync(`/proc/self/fd/${fd}`)
  const durable = [...names].filter(({ folder }) => folder === path)
  return () => {
    synced.set(ino, mtimeMs)
    for (const name of durable) names.delete(name)
    // Other processes create names in the same folders, and this call has made theirs durable, too.
    writeFileSync(markOf(path), String(process.pid))
  }
}

/** The last ones first: a file was put into a folder that was created before it. */
globalThis.cutPower = () => {
  for (const path of torn) attempt(() => truncateSync(path, 0))
  for (const { folder, madeAt, undo } of [...names].toReversed()) if (othersSyncedAt(folder) < madeAt) attempt(undo)
}

const markOf = (path: string): string => join(flags, `synced-${createHash('md5').update(path).digest('hex')}`)

/** The names that this process has synced itself are no longer among them. */
function othersSyncedAt(folder: string): number {
  try {
    const mark = markOf(folder)
    return readFileSync(mark, 'utf8') === String(process.pid) ? 0 : statSync(mark).mtimeMs
  } catch {
    return 0
  }
}

/** By the clock of the file system, for comparison. */
function now(): number {
  const mark = join(flags, `now-${process.pid}`)
  writeFileSync(mark, '')
  return statSync(mark).mtimeMs
}

function attempt(act: () => void): void {
  try {
    act()
  } catch {
    // Gone in the meantime.
  }
}
