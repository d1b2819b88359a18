// A separate file system of a given size, for a disk that runs full. Requires Linux and root.
import { execFileSync } from 'node:child_process'

export function whyNoMount(): string | undefined {
  if (process.platform !== 'linux') return 'mounting a disk of a given size requires tmpfs, which only Linux has'
  return process.getuid?.() === 0 ? undefined : 'mounting a small disk requires root'
}

/** Mounts an empty file system at a folder; returns a function that unmounts it. */
export function mountSmallDisk(folder: string, bytes: number): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'darkroom-faults', folder])
  return () => execFileSync('umount', [folder])
}
