import type { ImageJob } from '@darkroom/contracts'
import type { TaskKindPolicy } from '../tasks/kind.ts'
import { fileViews, imageViews, previewView, savedBytes } from './file-views.ts'
import { acceptPhoto, photoSize, urlOf } from './accept-photo.ts'

/** Produces variants of a photo. */
export const imageOptimizePolicy: TaskKindPolicy<'image.optimize'> = {
  accept: acceptPhoto,

  jobOf: ({ originalPath, imageName, source }) =>
    ({ imagePath: originalPath, imageName, ...urlOf(source) }) satisfies Partial<ImageJob>,

  viewOf: (task, self) => ({
    images: imageViews(task.files, self),
    files: fileViews(task.files, self),
    preview: previewView(task.files, self),
    result: null,
    savedBytes: savedBytes(task),
  }),

  sizeOf: photoSize,
}
