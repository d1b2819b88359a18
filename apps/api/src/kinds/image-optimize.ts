import type { ImageJob } from '@darkroom/contracts'
import type { TaskKindPolicy } from '../tasks/kind.ts'
import { imageViews, previewView } from './file-views.ts'
import { inspectPhoto, photoSize, urlOf } from './inspect-photo.ts'

/** Produces variants of a photo. */
export const createImageOptimize = ({ maxPixels }: { maxPixels: number }): TaskKindPolicy<'image.optimize'> => ({
  accept: (file) => inspectPhoto(file, { maxPixels }),

  jobOf: ({ originalPath, imageName, source }) =>
    ({ imagePath: originalPath, imageName, ...urlOf(source) }) satisfies Partial<ImageJob>,

  viewOf: ({ files }, self) => ({
    images: imageViews(files, self),
    preview: previewView(files, self),
  }),

  sizeOf: photoSize,
})
