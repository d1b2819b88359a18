import type { ImageFacts } from './inspect-image.ts'
import type { MeasuredPx } from './image-error.ts'

/** The size a viewer sees: orientations 5 to 8 are a quarter turn (EXIF 2.32, tag 0x0112). */
export function displayedSize(facts: ImageFacts): MeasuredPx {
  const { width, height } = facts
  return facts.orientation >= 5 ? { width: height, height: width } : { width, height }
}

/**
 * The size at `width` pixels with the height in proportion, never enlarged, at least one pixel high.
 * Always computed from the source, never from an intermediate size: rounding twice would be one row off now and then.
 */
export function scaledSize(source: MeasuredPx, width: number): MeasuredPx {
  if (source.width <= width) return source
  return { width, height: Math.max(1, Math.round((source.height * width) / source.width)) }
}
