import { DEFAULT_KIND, FILE_KINDS } from '@darkroom/contracts'
import type { UploadKinds } from './upload-fields.ts'

/** What a form accepts. */
export interface UploadForm {
  kinds: UploadKinds
  /** The fields for the file of a task; the first one is suggested to clients. */
  fileFields: readonly string[]
  /** Those for the files of a batch. */
  batchFields: readonly string[]
}

/** Of tasks of any kind. */
export const ANY_FORM: UploadForm = {
  kinds: [DEFAULT_KIND, ...FILE_KINDS.filter((kind) => kind !== DEFAULT_KIND)],
  fileFields: ['file', 'image'],
  batchFields: ['files', 'file', 'image'],
}

/** Of photos of races. */
export const PHOTO_FORM: UploadForm = {
  kinds: ['photo.bibs'],
  fileFields: ['photo', 'file', 'image'],
  batchFields: ['photos', 'photo', 'files', 'file', 'image'],
}
