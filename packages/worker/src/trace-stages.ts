import type { Tracing } from '@darkroom/runtime/tracing'

/**
 * A span for each stage of a child's work, from its first progress to that of the next stage. The
 * child itself has no connections.
 */
export function traceStages(tracing: Pick<Tracing, 'current' | 'start'>) {
  // Its messages arrive outside of the span that the work belongs to.
  const after = tracing.current()
  let stage = ''
  let span: ReturnType<Tracing['start']> | undefined
  return {
    reached(name: string): void {
      if (name === stage) return
      span?.end()
      stage = name
      span = tracing.start(`stage ${name}`, { after })
    },

    /** The last stage ends with the work. */
    end: (): void => span?.end(),
  }
}
