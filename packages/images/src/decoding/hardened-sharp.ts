import sharp from 'sharp'

/**
 * The four enabled decoders, each with its file, buffer and source variants (libvips class names; a
 * name covers its subclasses). GIF is libnsgif.
 */
const ALLOWED_LOADERS = ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif']

/**
 * Disables all decoders of the process except the four that we support. SVG costs seconds of CPU
 * time in a few bytes and accesses other files; TIFF, HEIF and the exotic formats are where
 * memory-safety bugs are found. Blocking all and enabling four also rejects whatever a later
 * libvips adds.
 *
 * One thread per image and no cache: parallelism comes from the number of jobs, and a cached
 * operation would keep the pixels of one tenant's picture in memory after its job.
 *
 * Global to the process, and may be called repeatedly.
 */
export function hardenSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ALLOWED_LOADERS })
  sharp.cache(false)
  sharp.concurrency(1)
}

// On import, not on first use: there must be no moment at which the engine decodes with all
// decoders enabled.
hardenSharp()

export { sharp }
