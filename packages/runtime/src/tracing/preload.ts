// For `node --import`: libraries can only be instrumented before the program imports them. While
// tracing is off, this loads nothing. Node also preloads it in worker threads, which have no spans.
import { isMainThread } from 'node:worker_threads'

if (process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] && isMainThread) {
  try {
    const [{ startTracing }, { setProcessTracing }, { adoptSecretFiles }] = await Promise.all([
      import('./start-tracing.ts'),
      import('./tracing.ts'),
      import('../secrets.ts'),
    ])
    // The headers for the collector may be in one.
    adoptSecretFiles()
    setProcessTracing(await startTracing())
  } catch (error) {
    // The packages are optional, and the service is more important than its traces.
    process.stderr.write(`Tracing is off, because it could not be started: ${String(error)}\n`)
  }
}
