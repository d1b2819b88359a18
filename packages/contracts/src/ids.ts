// Needs no library, as storage-keys.ts stands on it.

/** The id of a task or of a batch, as a part of longer patterns. */
export const HEX_ID = '[0-9a-f]{24}'

export const ID_PATTERN = new RegExp(`^${HEX_ID}$`)

/** The jobId of a task is a UUID. */
export const JOB_ID_PATTERN = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
