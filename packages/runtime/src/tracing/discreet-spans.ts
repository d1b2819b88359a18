import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'

/**
 * What may leave the process. Everything else is removed, as libraries record more than their names
 * suggest: URLs with signatures, keys of Redis and of files, which contain the names of photos,
 * results of jobs, messages of errors.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['http.method', 'http.route', 'http.status_code'],
  ...['http.request.method', 'http.response.status_code', 'network.protocol.version', 'url.scheme'],
  ...['error.type', 'exception.type'],
  ...[
    'db.system',
    'db.system.name',
    'db.operation',
    'db.operation.name',
    'db.collection.name',
    'db.mongodb.collection',
  ],
  ...['bullmq.queue.name', 'bullmq.queue.operation', 'bullmq.worker.name', 'bullmq.job.id', 'bullmq.job.name'],
  ...['bullmq.job.processed.timestamp', 'bullmq.job.attempt_finished_timestamp'],
])
/** Our own. */
const PREFIX = 'darkroom.'

/** Removes from a span what is not allowed. Must come before the processor that exports it. */
export class DiscreetSpans implements SpanProcessor {
  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    keepAllowed(span.attributes)
    for (const { attributes } of span.events) if (attributes) keepAllowed(attributes)
    delete span.status.message
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

function keepAllowed(attributes: Record<string, unknown>): void {
  for (const name of Object.keys(attributes))
    if (!ALLOWED.has(name) && !name.startsWith(PREFIX)) delete attributes[name]
}
