import type { Kinds } from '../tasks/kind.ts'
import { createImageOptimize } from './image-optimize.ts'

/** What the API knows of each kind of task. */
export const createKinds = ({ maxPixels }: { maxPixels: number }): Kinds => ({
  'image.optimize': createImageOptimize({ maxPixels }),
})
