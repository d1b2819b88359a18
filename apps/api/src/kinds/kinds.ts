import type { Kinds } from '../tasks/kind.ts'
import { createImageOptimize } from './image-optimize.ts'
import { createPhotoBibs } from './photo-bibs.ts'

/** What the API does with each kind of task. */
export const createKinds = ({ maxPixels }: { maxPixels: number }): Kinds => ({
  'image.optimize': createImageOptimize({ maxPixels }),
  'photo.bibs': createPhotoBibs({ maxPixels }),
})
