import type { StagedUpload } from '@darkroom/contracts'
import { cleanName } from '../../tasks/clean-name.ts'
import type { StagedUploadRecord } from './staged-upload-store.ts'

/** What clients see of an upload. */
export function toStagedUpload(upload: StagedUploadRecord, receivedBytes: number): StagedUpload {
  const { id, bytes, metadata, taskId, createdAt, expiresAt } = upload
  return {
    id,
    name: cleanName(metadata['name'] ?? metadata['filename'] ?? ''),
    bytes,
    receivedBytes,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    taskId,
    links: { self: `/api/v1/uploads/${id}`, task: taskId === null ? null : `/api/v1/tasks/${taskId}` },
  }
}
