import sharp from 'sharp'

/**
 * The four decoders that are open, each with its file, buffer and source variants (libvips class
 * names; a name covers its subclasses). GIF is libnsgif.
 */
const ALLOWED_LOADERS = ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif']

/**
 * Closes every decoder of the process but the four we serve. SVG costs seconds of CPU in a few
 * bytes and reaches for other files; TIFF, HEIF and the exotic rest are where memory-safety bugs
 * are found. Blocking all and opening four also refuses whatever a later libvips adds.
 *
 * One thread an image and no cache: parallelism comes from the number of jobs, and a cached
 * operation would keep the pixels of one tenant's picture in memory after its job.
 *
 * Global to the process, and safe to call again.
 */
export function hardenSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ALLOWED_LOADERS })
  sharp.cache(false)
  sharp.concurrency(1)
}

// On import, not on first use: there must be no moment in which the engine decodes with the doors
// open.
hardenSharp()

export { sharp }
