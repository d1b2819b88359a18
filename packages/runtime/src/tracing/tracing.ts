import type { ShutdownPhase } from '../shutdown.ts'

/** What a process records of its work for OpenTelemetry. */
export interface Tracing {
  /** For BullMQ's workers: their spans continue what a job carries. */
  telemetry: QueueTelemetry | undefined
  /** The current span, in the form in which documents, jobs and events carry it. */
  current: () => string | undefined
  /** Starts a span, which the caller ends. */
  start: (name: string, options?: SpanOptions) => StartedSpan
  /** Does work within a span: what the work starts belongs to it. */
  span: <T>(name: string, options: SpanOptions, work: () => Promise<T>) => Promise<T>
  /** Sends the last spans. Never rejects, and takes at most a second. */
  stop: () => Promise<void>
}

export interface SpanOptions {
  kind?: 'client' | 'producer' | 'consumer'
  /** The span that it continues, from `current` of any process; by default the current one. */
  after?: string | undefined
  attributes?: Record<string, string | number>
}

export interface StartedSpan {
  /** For what continues it. */
  trace: string | undefined
  end: (error?: unknown) => void
}

type QueueTelemetry = import('bullmq-otel').BullMQOtel

const UNTRACED: StartedSpan = { trace: undefined, end: () => {} }

/** Records nothing. */
export const NO_TRACING: Tracing = {
  telemetry: undefined,
  current: () => undefined,
  start: () => UNTRACED,
  span: (_name, _options, work) => work(),
  stop: async () => {},
}

let started = NO_TRACING

/** The tracing of this process: `preload.ts` has started it before the program, or it is off. */
export const processTracing = (): Tracing => started

/** The last step of a shutdown, as the other steps have spans of their own. */
export const stopTracing = ({ stop }: Tracing): ShutdownPhase => ({ name: 'traces', timeoutMs: 2000, run: stop })

export function setProcessTracing(tracing: Tracing): void {
  started = tracing
}
