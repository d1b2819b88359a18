import type { Storage } from '@darkroom/storage'
import type { Kinds } from '../tasks/kind.ts'
import { createImageOptimize } from './image-optimize.ts'
import { createPhotoBibs } from './photo-bibs.ts'
import { createVideoRender } from './video-render.ts'

/** What the API does with each kind of task. */
interface Surroundings {
  maxPixels: number
  /** Has the uploaded assets. */
  storage?: Pick<Storage, 'stat'>
}

export const createKinds = ({ maxPixels, storage }: Surroundings): Kinds => ({
  'image.optimize': createImageOptimize({ maxPixels }),
  'photo.bibs': createPhotoBibs({ maxPixels }),
  'video.render': createVideoRender({ storage }),
})
