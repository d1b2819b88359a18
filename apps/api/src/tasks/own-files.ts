import { ownerOf } from '@darkroom/contracts'
import type { TaskRecord } from './task.ts'

/** The keys of what a task shares with no other: its original, and its copy of an asset. */
export function ownFilesOf({ id, originalPath, source }: Pick<TaskRecord, 'id' | 'originalPath' | 'source'>): string[] {
  const copy = 'backgroundPath' in source ? source.backgroundPath : undefined
  return copy !== undefined && ownerOf(copy) === id ? [originalPath, copy] : [originalPath]
}
