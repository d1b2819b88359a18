import type { ImageJob } from '@darkroom/contracts'
import type { TaskKindPolicy } from '../tasks/kind.ts'
import { imageViews, previewView } from './file-views.ts'
import { acceptPhoto, photoSize, urlOf } from './accept-photo.ts'

/** Produces variants of a photo. */
export const imageOptimizePolicy: TaskKindPolicy<'image.optimize'> = {
  accept: acceptPhoto,

  jobOf: ({ originalPath, imageName, source }) =>
    ({ imagePath: originalPath, imageName, ...urlOf(source) }) satisfies Partial<ImageJob>,

  viewOf: ({ files }, self) => ({
    images: imageViews(files, self),
    preview: previewView(files, self),
  }),

  sizeOf: photoSize,
}
