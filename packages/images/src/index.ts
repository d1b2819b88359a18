export {
  type DecodedImage,
  decodeImage,
  type DecodeOptions,
  fittedSize,
  type RgbPixels,
  scalePixels,
} from './decode-image.ts'
export { ImageError, type ImageErrorCode, isImageError, type MeasuredPx } from './headers/image-error.ts'
export type { Preview } from './make-preview.ts'
export {
  makeVariants,
  type Pictures,
  type Variant,
  type VariantHooks,
  type VariantOptions,
  type VariantStage,
} from './make-variants.ts'
