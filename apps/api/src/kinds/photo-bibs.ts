import type { PhotoJob } from '@darkroom/contracts'
import type { TaskKindPolicy } from '../tasks/kind.ts'
import { fileViews, previewView, savedBytes } from './file-views.ts'
import { acceptPhoto, photoSize, urlOf } from './accept-photo.ts'

/** Reads the bib numbers in a photo of a race, and makes its variants. */
export const photoBibsPolicy: TaskKindPolicy<'photo.bibs'> = {
  accept(file, { album }) {
    const { source, extension } = acceptPhoto(file)
    return { source: { ...source, ...(album !== undefined && { album }) }, extension }
  },

  jobOf: ({ originalPath, imageName, source }) =>
    ({ imagePath: originalPath, imageName, ...urlOf(source) }) satisfies Partial<PhotoJob>,

  viewOf: (task, self) => ({
    images: [],
    files: fileViews(task.files, self),
    preview: previewView(task.files, self),
    // A person's word counts, whatever the state of the runs.
    result: task.correction ? { ...task.result, bibs: task.correction.bibs } : task.result,
    savedBytes: savedBytes(task),
  }),

  sizeOf: photoSize,
}
