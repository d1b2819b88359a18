import type { Request, Response } from 'express'

/** What the request log contains about an upload, as far as it is known. */
export interface UploadNote {
  /** As named by the client. */
  file?: string
  bytes?: number
  taskId?: string
  batchId?: string
  accepted?: number
  rejected?: number
}

export function noteUpload(req: Request, facts: UploadNote): void {
  if (req.res) req.res.locals['upload'] = { ...uploadNoteOf(req.res), ...facts }
}

export const uploadNoteOf = (res: Response): UploadNote => (res.locals['upload'] as UploadNote | undefined) ?? {}
