import type { DirectUpload, StagedUpload } from '@darkroom/contracts'
import { TASK_ID } from '../http/openapi/example-ids.ts'

export const UPLOAD_ID = '5f0c61f2a9d94c1e8b7a3d2046e1c9ab'

const half: StagedUpload = {
  id: UPLOAD_ID,
  name: 'beach.jpg',
  bytes: 3_412_345,
  receivedBytes: 1_048_576,
  createdAt: '2026-05-04T09:30:00.000Z',
  expiresAt: '2026-05-05T09:30:00.000Z',
  taskId: null,
  links: { self: `/api/v1/uploads/${UPLOAD_ID}`, task: null },
}

const direct: DirectUpload = {
  ...half,
  receivedBytes: 0,
  request: {
    method: 'PUT',
    url: `https://s3.example.com/photos/uploads/staged/default/${UPLOAD_ID}/000000000000000?X-Amz-Expires=3600&X-Amz-Signature=4f1d…`,
    headers: {
      'Content-Length': '3412345',
      'x-amz-checksum-sha256': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
    },
  },
}

export const stagedUploadExamples = {
  half,
  complete: {
    ...half,
    receivedBytes: 3_412_345,
    taskId: TASK_ID,
    links: { self: half.links.self, task: `/api/v1/tasks/${TASK_ID}` },
  } satisfies StagedUpload,
  direct,
}
