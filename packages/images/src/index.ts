export { ImageError, type ImageErrorCode, isImageError } from './image-error.ts'
export { type ImageFormat, imageFormatOf } from './image-format.ts'
export { type ImageFacts, inspectImage, type InspectOptions } from './inspect-image.ts'
export { defaultMaxPixels, maxSidePx } from './limits.ts'
export {
  defaultWidths,
  makeVariants,
  type Variant,
  type VariantHooks,
  type VariantOptions,
  type VariantStage,
} from './make-variants.ts'
