import { z } from 'zod'

const timestamp = z.iso.datetime()
const bytes = z.number().int()

/** An upload that arrives in several requests. */
export const stagedUpload = z
  .object({
    id: z.string(),
    name: z.string(),
    bytes: bytes.meta({ description: 'The size of the file' }),
    receivedBytes: bytes.meta({ description: 'How much of it is stored: where to continue' }),
    createdAt: timestamp,
    expiresAt: timestamp.meta({ description: 'Until then it can be continued; then its bytes are removed' }),
    taskId: z.string().nullable().meta({ description: 'The task that it has become; null until it is complete' }),
    links: z.object({ self: z.string(), task: z.string().nullable() }),
  })
  .meta({ id: 'StagedUpload' })
export type StagedUpload = z.infer<typeof stagedUpload>

/** An upload whose bytes the client sends to the bucket. */
export const directUpload = stagedUpload
  .extend({
    request: z
      .object({ method: z.literal('PUT'), url: z.string(), headers: z.record(z.string(), z.string()) })
      .meta({ description: 'How to send the bytes: exactly these headers, and the file as the body' }),
  })
  .meta({ id: 'DirectUpload' })
export type DirectUpload = z.infer<typeof directUpload>
