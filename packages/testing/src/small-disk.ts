import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A separate file system of one megabyte: for tests of a full disk and of moves between disks. */
export interface SmallDisk {
  folder: string
  close(): void
}

/**
 * Undefined if this process must not mount (anything but root on Linux): these tests are skipped.
 */
export function createSmallDisk(): SmallDisk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmdirSync(folder)
    return undefined
  }
  const close = (): void => {
    execFileSync('umount', [folder])
    rmdirSync(folder)
  }
  return { folder, close }
}
