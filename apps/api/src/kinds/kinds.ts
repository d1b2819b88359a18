import type { AssetLibrary } from '../assets/asset-library.ts'
import type { Kinds } from '../tasks/kind.ts'
import { imageOptimizePolicy } from './image-optimize.ts'
import { photoBibsPolicy } from './photo-bibs.ts'
import { createVideoRender } from './video-render.ts'

/** What the API does with each kind of task. */
interface Surroundings {
  /** Without them no video can be accepted. */
  assets?: Pick<AssetLibrary, 'find'>
}

export const createKinds = ({ assets }: Surroundings): Kinds => ({
  'image.optimize': imageOptimizePolicy,
  'photo.bibs': photoBibsPolicy,
  'video.render': createVideoRender({ assets }),
})
