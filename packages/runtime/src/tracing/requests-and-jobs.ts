import { SpanKind, type Attributes, type Context, type Link } from '@opentelemetry/api'
import {
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace'

const WORTH_A_TRACE: ReadonlySet<SpanKind> = new Set([SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER])

/**
 * A trace begins with a request or a job; what belongs to a trace follows its beginning, in every
 * process. BullMQ's workers would otherwise begin several a second just by waiting for jobs.
 */
export class RequestsAndJobs extends ParentBasedSampler {
  /** @param ratio the share of traces that are recorded, 0 to 1 */
  constructor(ratio: number) {
    super({ root: rootSampler(new TraceIdRatioBasedSampler(ratio)) })
  }
}

function rootSampler(share: TraceIdRatioBasedSampler): Sampler {
  return {
    shouldSample: (
      parent: Context,
      traceId: string,
      _name: string,
      kind: SpanKind,
      _attributes: Attributes,
      _links: Link[],
    ): SamplingResult =>
      WORTH_A_TRACE.has(kind) ? share.shouldSample(parent, traceId) : { decision: SamplingDecision.NOT_RECORD },
    toString: () => `RequestsAndJobs{${share.toString()}}`,
  }
}
