import {
  isThumb,
  previewOf,
  THUMB,
  toStoredFile,
  variantsOf,
  type StoredFile,
  type Task,
  type TaskFile,
} from '@darkroom/contracts'
import type { TaskRecord } from '../tasks/task.ts'

// Clients see files with a URL. It names the bytes, so that what is at it never changes. `self` is
// the path of the task.

/** The variants of a photo, as an image task lists them. */
export const imageViews = (files: readonly StoredFile[], self: string): Task['images'] =>
  variantsOf(files).map((image) => ({
    ...image,
    url: `${self}/download?resolution=${image.resolution}&v=${image.md5}`,
  }))

/** All files but the thumbnail. */
export const fileViews = (files: readonly StoredFile[], self: string): TaskFile[] =>
  files
    .filter((file) => !isThumb(file))
    .map(({ bytes, ...file }) => ({
      ...file,
      size: bytes,
      url: `${self}/download?file=${file.name}&v=${file.md5}`,
    }))

/** The files of a task as clients see it. What release 0.1 has cached of image tasks lists only `images`. */
export const filesIn = ({ files, images }: Pick<Task, 'files' | 'images'>): Omit<TaskFile, 'url'>[] =>
  files ?? images.map((image) => ({ ...toStoredFile(image), size: image.size }))

/** From what was sent to the largest variant; null until there is one. */
export function savedBytes({ source, files }: Pick<TaskRecord, 'source' | 'files'>): number | null {
  const largest = files.find((file) => !isThumb(file))
  return largest && source.bytes !== undefined ? source.bytes - largest.bytes : null
}

export function previewView(files: readonly StoredFile[], self: string): Task['preview'] {
  const preview = previewOf(files)
  return preview && { ...preview, url: `${self}/download?resolution=${THUMB}&v=${preview.md5}` }
}
