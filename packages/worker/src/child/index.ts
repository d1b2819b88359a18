// What the program of a child process needs. Separate from the rest, so that a child loads neither
// BullMQ nor a Redis client.
export { type Processed, type Progress } from './child-protocol.ts'
export { isAbandoned, ownerName } from './folder-owner.ts'
export { JobFailure } from './job-failure.ts'
export { readSource, type VerdictOf } from './read-source.ts'
export { serveJobs } from './serve-jobs.ts'
export { writeFailure } from './storage-failure.ts'
export { storeResult } from './store-result.ts'
export { storeVariants } from './store-variants.ts'
