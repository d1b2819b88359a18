export { ImageError, type ImageErrorCode, isImageError } from './headers/image-error.ts'
export {
  makeVariants,
  type Variant,
  type VariantHooks,
  type VariantOptions,
  type VariantStage,
} from './make-variants.ts'
