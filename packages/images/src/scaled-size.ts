import type { MeasuredPx } from './headers/image-error.ts'

/**
 * The size at `width` pixels with the same aspect ratio, never enlarged, at least one pixel high.
 * Always computed from the source, never from an intermediate size: rounding twice would sometimes
 * be off by one row.
 */
export function scaledSize(source: MeasuredPx, width: number): MeasuredPx {
  if (source.width <= width) return source
  return { width, height: Math.max(1, Math.round((source.height * width) / source.width)) }
}
