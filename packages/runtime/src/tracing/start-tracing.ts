import { readFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { register } from 'node:module'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Context, Span, Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { MongooseInstrumentation } from '@opentelemetry/instrumentation-mongoose'
import { detectResources, envDetector, resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace'
import { BullMQOtel } from 'bullmq-otel'
import { inTime } from '../in-time.ts'
import { DiscreetSpans } from './discreet-spans.ts'
import { RequestsAndJobs } from './requests-and-jobs.ts'
import type { SpanOptions, Tracing } from './tracing.ts'

const NAME = 'darkroom'
const PROBES = /^\/(?:api\/(?:v1\/)?)?(?:livez|readyz|metrics)(?:\?|$)/
/** The spans of the last seconds are worth this long a wait, but no collector is worth a longer one. */
const LAST_SPANS_MS = 1000
const KINDS = { client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER }

/**
 * Starts OpenTelemetry with the settings in the `OTEL_…` variables. Spans are queued in memory, up
 * to a limit, and sent in the background: without a collector they are dropped.
 */
export async function startTracing(): Promise<Tracing> {
  // Before the program imports the libraries to instrument: an imported module cannot be changed.
  register(import.meta.resolve('@opentelemetry/instrumentation/hook.mjs'), import.meta.url)
  const provider = new TracerProvider({
    resource: thisProcess(),
    sampler: new RequestsAndJobs(Number(process.env['OTEL_TRACES_SAMPLER_ARG'] || 1)),
    spanProcessors: [new DiscreetSpans(), new BatchSpanProcessor({ exporter: await createExporter() })],
  })
  // Without baggage: clients could have it stored with every job.
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  trace.setGlobalTracerProvider(provider)
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: isProbe,
        requireParentforOutgoingSpans: true,
        applyCustomAttributesOnSpan: nameByRoute,
      }),
      new IORedisInstrumentation({ requireParentSpan: true }),
      new MongooseInstrumentation({ requireParentSpan: true }),
    ],
  })
  return {
    telemetry: new BullMQOtel({ tracerName: NAME }),
    ...spansOf(provider.getTracer(NAME)),
    stop: () => inTime(LAST_SPANS_MS, () => provider.shutdown()).catch(() => {}),
  }
}

/** Named by its package, `darkroom-api` for example, unless OTEL_SERVICE_NAME is set. */
function thisProcess(): Resource {
  const program = join(process.argv[1] ?? '', '..', '..', 'package.json')
  const { name, version } = JSON.parse(readFileSync(program, 'utf8')) as { name: string; version: string }
  return resourceFromAttributes({
    'service.name': name.replace('@', '').replace('/', '-'),
    'service.version': version,
    'service.instance.id': `${hostname()}-${process.pid}`,
  }).merge(detectResources({ detectors: [envDetector] }))
}

/** It reads its other settings from the environment itself: address, headers, time limit. */
async function createExporter(): Promise<SpanExporter> {
  const { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, OTEL_EXPORTER_OTLP_PROTOCOL } = process.env
  const { OTLPTraceExporter } =
    (OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || OTEL_EXPORTER_OTLP_PROTOCOL) === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter()
}

/** As in the metrics, by the route's pattern, which the API leaves in `res.locals`. */
function nameByRoute(
  span: Span,
  { method = '' }: ClientRequest | IncomingMessage,
  response: IncomingMessage | ServerResponse,
): void {
  const { locals: { route } = {} } = response as { locals?: { route?: unknown } }
  if (typeof route === 'string') span.updateName(`${method} ${route}`).setAttribute('http.route', route)
}

const isProbe = ({ url = '' }: IncomingMessage): boolean => PROBES.test(url)

function spansOf(tracer: Tracer): Pick<Tracing, 'current' | 'start' | 'span'> {
  const begin = (name: string, { kind, after, attributes }: SpanOptions) => {
    const from = after === undefined ? context.active() : contextOf(after)
    const span = tracer.startSpan(name, { ...(kind && { kind: KINDS[kind] }), ...(attributes && { attributes }) }, from)
    return { span, within: trace.setSpan(from, span) }
  }
  return {
    current: () => textOf(context.active()),

    start(name, options = {}) {
      const { span, within } = begin(name, options)
      return { trace: textOf(within), end: (error) => end(span, error) }
    },

    span(name, options, work) {
      const { span, within } = begin(name, options)
      return context.with(within, async () => {
        try {
          const result = await work()
          end(span)
          return result
        } catch (error) {
          end(span, error)
          throw error
        }
      })
    },
  }
}

/** Without the message of the error, which may contain paths. */
function end(span: Span, error?: unknown): void {
  if (error !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.setAttribute('error.type', error instanceof Error ? error.name : typeof error)
  }
  span.end()
}

/** The same text as BullMQ stores with a job. */
function textOf(of: Context): string | undefined {
  if (trace.getSpan(of) === undefined) return undefined
  const carrier: Record<string, string> = {}
  propagation.inject(of, carrier)
  return JSON.stringify(carrier)
}

function contextOf(text: string): Context {
  try {
    return propagation.extract(ROOT_CONTEXT, JSON.parse(text))
  } catch {
    // Whatever else it is, the work that it came with must be done.
    return ROOT_CONTEXT
  }
}
