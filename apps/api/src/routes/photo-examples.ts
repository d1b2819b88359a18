import {
  DEFAULT_TENANT,
  originalKey,
  type AcceptedBatch,
  type AcceptedTask,
  type Bib,
  type Task,
} from '@darkroom/contracts'
import { BATCH_ID } from '../http/openapi/example-ids.ts'
import { fileViews, previewView } from '../kinds/file-views.ts'
import { rejectedItems } from './batch-examples.ts'
import { toPhotoStatus } from './photo-view.ts'
import { EXAMPLE_FILES, taskExamples } from './task-examples.ts'
import { taskLinks } from '../tasks/task-view.ts'

const PHOTO_ID = '69f86a2d3b2f5c0d9e41a81e'
const JOB_ID = '0f6b7d92-58c1-4a3e-b7f4-29d0c8e15a76'
const ALBUM = 'valencia-2026'
const self = `/api/v1/tasks/${PHOTO_ID}`

const bibs: Bib[] = [
  {
    number: '587',
    confidence: 0.97,
    box: { left: 1512, top: 1304, width: 236, height: 118 },
    origin: 'ocr',
    raw: '587',
  },
]

/** A task as if its file were a photo of a race. */
const ofRace = <Some extends Task>(task: Some): Some => ({
  ...task,
  id: PHOTO_ID,
  jobId: JOB_ID,
  kind: 'photo.bibs',
  name: 'IMG_0587.jpg',
  originalPath: originalKey({ tenant: DEFAULT_TENANT, folder: 'photos', taskId: PHOTO_ID, extension: 'jpg' }),
  source: { ...task.source, album: ALBUM },
  images: [],
  files: [],
  result: {},
  links: taskLinks({ id: PHOTO_ID }),
})

const accepted: AcceptedTask = ofRace(taskExamples.accepted)

const files = EXAMPLE_FILES.map((file) => ({ ...file, path: file.path.replace('/beach/', '/img-0587/') }))

const read: Task = {
  ...ofRace(taskExamples.completed),
  files: fileViews(files, self),
  preview: previewView(files, self),
  result: { bibs },
}

const batch: AcceptedBatch = {
  batchId: BATCH_ID,
  accepted: 1,
  rejected: 1,
  items: [
    { name: accepted.name, status: 'accepted', task: { ...accepted, priority: 'batch', batchId: BATCH_ID } },
    ...rejectedItems,
  ],
}

/** Photos of races as shown by the API. */
export const photoExamples = {
  accepted,
  read,
  batch,
  completed: toPhotoStatus(read),
  failed: toPhotoStatus(taskExamples.failed),
}
