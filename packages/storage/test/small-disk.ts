import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of one megabyte of its own: what a full disk and a move between disks need. */
export interface SmallDisk {
  folder: string
  close(): void
}

/**
 * Undefined where this process may not mount (anything but root on Linux): its tests are skipped
 * there.
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
