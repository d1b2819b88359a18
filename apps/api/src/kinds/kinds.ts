import type { AssetLibrary } from '../assets/asset-library.ts'
import type { Kinds } from '../tasks/kind.ts'
import { createImageOptimize } from './image-optimize.ts'
import { createPhotoBibs } from './photo-bibs.ts'
import { createVideoRender } from './video-render.ts'

/** What the API does with each kind of task. */
interface Surroundings {
  maxPixels: number
  /** Without them no video can be accepted. */
  assets?: Pick<AssetLibrary, 'find'>
}

export const createKinds = ({ maxPixels, assets }: Surroundings): Kinds => ({
  'image.optimize': createImageOptimize({ maxPixels }),
  'photo.bibs': createPhotoBibs({ maxPixels }),
  'video.render': createVideoRender({ assets }),
})
