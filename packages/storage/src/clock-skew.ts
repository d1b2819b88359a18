/** The maximum difference between the clocks of two processes, or of one and the file server. */
export const CLOCK_SKEW_MS = 60_000
