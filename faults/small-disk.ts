// A file system of its own and of a given size, for a disk that runs full. Linux, and root.
import { execFileSync } from 'node:child_process'

export function whyNoMount(): string | undefined {
  if (process.platform !== 'linux') return 'a disk of a given size is mounted with tmpfs, which only Linux has'
  return process.getuid?.() === 0 ? undefined : 'mounting a small disk needs root'
}

/** Mounts an empty file system at a folder; answers how to take it away again. */
export function mountSmallDisk(folder: string, bytes: number): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'darkroom-faults', folder])
  return () => execFileSync('umount', [folder])
}
