// Imports no library, because storage-keys.ts must not depend on any.

/** The id of a task or batch, for use in longer patterns. */
export const HEX_ID = '[0-9a-f]{24}'

export const ID_PATTERN = new RegExp(`^${HEX_ID}$`)

/** The jobId of a task: a UUID, or `video-{city}-{milliseconds}`. */
export const JOB_ID_PATTERN = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|video-[a-z0-9-]{1,80}-\d{13,16})$/
