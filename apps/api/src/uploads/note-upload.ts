import type { Request, Response } from 'express'

/** What the log says of an upload, as far as it is known. */
export interface UploadNote {
  /** As the client called it. */
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
