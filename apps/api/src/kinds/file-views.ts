import { isThumb, previewOf, THUMB, variantsOf, type StoredFile, type Task } from '@darkroom/contracts'

// Clients see files with a URL. It names the bytes, so that what is at it never changes. `self` is
// the path of the task.

/** The variants of a photo, as an image task lists them. */
export const imageViews = (files: readonly StoredFile[], self: string): Task['images'] =>
  variantsOf(files).map((image) => ({
    ...image,
    url: `${self}/download?resolution=${image.resolution}&v=${image.md5}`,
  }))

/** All files but the thumbnail. */
export const fileViews = (files: readonly StoredFile[], self: string): Task['files'] & {} =>
  files
    .filter((file) => !isThumb(file))
    .map((file) => ({ ...file, url: `${self}/download?file=${file.name}&v=${file.md5}` }))

export function previewView(files: readonly StoredFile[], self: string): Task['preview'] {
  const preview = previewOf(files)
  return preview && { ...preview, url: `${self}/download?resolution=${THUMB}&v=${preview.md5}` }
}
