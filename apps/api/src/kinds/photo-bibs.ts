import type { PhotoJob } from '@darkroom/contracts'
import type { TaskKindPolicy } from '../tasks/kind.ts'
import { fileViews, previewView } from './file-views.ts'
import { inspectPhoto, photoSize, urlOf } from './inspect-photo.ts'

/** Reads the bib numbers in a photo of a race, and makes its variants. */
export const createPhotoBibs = ({ maxPixels }: { maxPixels: number }): TaskKindPolicy<'photo.bibs'> => ({
  async accept(file, { album }) {
    const { source, extension } = await inspectPhoto(file, { maxPixels })
    return { source: { ...source, ...(album !== undefined && { album }) }, extension }
  },

  jobOf: ({ originalPath, imageName, source }) =>
    ({ imagePath: originalPath, imageName, ...urlOf(source) }) satisfies Partial<PhotoJob>,

  viewOf: ({ files, result, correction }, self) => ({
    images: [],
    files: fileViews(files, self),
    preview: previewView(files, self),
    // A person's word counts, whatever the state of the runs.
    result: correction ? { ...result, bibs: correction.bibs } : result,
  }),

  sizeOf: photoSize,
})
