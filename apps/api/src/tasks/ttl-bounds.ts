const DAY_SECONDS = 86_400

/** How long the files of a task may be kept. */
export const MIN_TTL_SECONDS = 60
export const MAX_TTL_SECONDS = 365 * DAY_SECONDS
