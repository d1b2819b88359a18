import * as fs from 'node:fs'
import * as promises from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { shareRuns } from './share-runs.ts'

/** The system calls for writing and reading stored files. */
export interface FileSystem {
  lstat(path: string): Promise<fs.Stats>
  mkdir(path: string, options: { mode: number }): Promise<unknown>
  open(path: string, flags: number | string, mode?: number): Promise<OpenFile>
  realpath(path: string): Promise<string>
  rename(from: string, to: string): Promise<void>
  /**
   * A rename, a new file and a new folder only survive a power cut after their parent folder is
   * synced.
   */
  syncFolder(path: string): Promise<void>
  unlink(path: string): Promise<void>
  utimes(path: string, accessed: Date, modified: Date): Promise<void>
}

export type OpenFile = Pick<promises.FileHandle, 'chmod' | 'close' | 'stat' | 'sync'> & {
  read(into: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  writeFile(body: Uint8Array | Readable): Promise<void>
  /** The stream closes the file. */
  createReadStream(options: { start?: number; end?: number; highWaterMark?: number }): Readable
}

/** Windows cannot sync a folder. */
const CAN_SYNC_FOLDERS = process.platform !== 'win32'

/**
 * Every call uses the thread pool: only the caller waits for the disk. One sync of a folder serves
 * all who asked for it before it began.
 */
export const sharedThread: FileSystem = {
  lstat: (path) => promises.lstat(path),
  mkdir: (path, options) => promises.mkdir(path, options),
  open: (path, flags, mode) => promises.open(path, flags, mode),
  realpath: (path) => promises.realpath(path),
  rename: (from, to) => promises.rename(from, to),
  syncFolder: shareRuns(syncFolder),
  unlink: (path) => promises.unlink(path),
  utimes: (path, accessed, modified) => promises.utimes(path, accessed, modified),
}

async function syncFolder(path: string): Promise<void> {
  if (!CAN_SYNC_FOLDERS) return
  const folder = await promises.open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Every call but the syncs blocks this thread until it is finished: for a process that has nothing
 * else to do in the meantime. A photo's two files take 2 CPU ms this way instead of 6, a difference of
 * more than a tenth of all the work on it. Syncs take long but no CPU time: those of several files
 * go on at the same time.
 */
export const ownThread: FileSystem = {
  lstat: async (path) => fs.lstatSync(path),
  mkdir: async (path, options) => fs.mkdirSync(path, options),
  open: async (path, flags, mode) => openBlocking(fs.openSync(path, flags, mode)),
  realpath: async (path) => fs.realpathSync.native(path),
  rename: async (from, to) => fs.renameSync(from, to),
  syncFolder: sharedThread.syncFolder,
  unlink: async (path) => fs.unlinkSync(path),
  utimes: async (path, accessed, modified) => fs.utimesSync(path, accessed, modified),
}

function openBlocking(fd: number): OpenFile {
  return {
    chmod: async (mode) => fs.fchmodSync(fd, mode),
    close: async () => fs.closeSync(fd),
    stat: (async () => fs.fstatSync(fd)) as OpenFile['stat'],
    sync: promisify(fs.fsync).bind(undefined, fd),
    read: async (into, offset, length, position) => ({ bytesRead: fs.readSync(fd, into, offset, length, position) }),
    writeFile: async (body) => {
      if (body instanceof Uint8Array) fs.writeFileSync(fd, body)
      else for await (const chunk of body) fs.writeFileSync(fd, chunk as Uint8Array)
    },
    createReadStream: (options) => fs.createReadStream('', { ...options, fd }),
  }
}
