import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A span, as far as tests look at it. */
export interface CollectedSpan {
  service: unknown
  traceId: string
  spanId: string
  /** Empty at the beginning of a trace. */
  parentSpanId: string
  name: string
  kind: number
  /** Nanoseconds since 1970. */
  startedAt: bigint
  endedAt: bigint
  attributes: Record<string, unknown>
}

export type TraceCollector = Awaited<ReturnType<typeof startTraceCollector>>

interface Attribute {
  key: string
  value: Record<string, unknown>
}

/** The part of OTLP/JSON that is read here. */
interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: {
      spans: (Pick<CollectedSpan, 'traceId' | 'spanId' | 'name' | 'kind'> & {
        parentSpanId?: string
        startTimeUnixNano: string
        endTimeUnixNano: string
        attributes: Attribute[]
      })[]
    }[]
  }[]
}

/** Receives what OpenTelemetry sends by OTLP over HTTP as JSON. */
export async function startTraceCollector({ answers = true } = {}) {
  const bodies: unknown[] = []
  const authorizations = new Set<string | undefined>()
  const spans: CollectedSpan[] = []
  const server = createServer((req, res) => {
    if (!answers) return void req.resume()
    authorizations.add(req.headers.authorization)
    void json(req).then((body) => {
      bodies.push(body)
      spans.push(...spansOf(body as Export))
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    authorizations,
    spans,
    async stop(): Promise<void> {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const spansOf = ({ resourceSpans }: Export): CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = valuesOf(resource.attributes)['service.name']
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(
        ({ traceId, spanId, parentSpanId = '', name, kind, startTimeUnixNano, endTimeUnixNano, attributes }) => ({
          ...{ service, traceId, spanId, parentSpanId, name, kind, attributes: valuesOf(attributes) },
          startedAt: BigInt(startTimeUnixNano),
          endedAt: BigInt(endTimeUnixNano),
        }),
      ),
    )
  })

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** The spans of a trace as an indented list: name, process, and milliseconds since the first and of the span. */
export function treeOf(spans: readonly CollectedSpan[], parentSpanId = '', depth = 0): string[] {
  const first = spans.reduce(
    (least, { startedAt }) => (startedAt < least ? startedAt : least),
    spans[0]?.startedAt ?? 0n,
  )
  const ms = (nanoseconds: bigint): string => (Number(nanoseconds) / 1e6).toFixed(1)
  return spans
    .filter((span) => span.parentSpanId === parentSpanId)
    .toSorted((a, b) => Number(a.startedAt - b.startedAt))
    .flatMap(({ spanId, name, service, startedAt, endedAt }) => [
      `${'  '.repeat(depth)}${name}  (${String(service)}, ${ms(startedAt - first)} + ${ms(endedAt - startedAt)} ms)`,
      ...treeOf(spans, spanId, depth + 1),
    ])
}
