// What the program of a child process needs, apart from the rest: a child loads neither BullMQ nor
// Redis.
export { type Processed, type Progress } from './child-protocol.ts'
export { JobFailure } from './job-failure.ts'
export { readSource, type VerdictOf } from './read-source.ts'
export { serveJobs } from './serve-jobs.ts'
export { storeResult } from './store-result.ts'
