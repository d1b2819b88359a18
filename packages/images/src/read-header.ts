import { open } from 'node:fs/promises'
import { readGifHeader } from './headers/gif-header.ts'
import { HeaderFile } from './headers/header-file.ts'
import type { ImageHeader } from './headers/header.ts'
import { readJpegHeader } from './headers/jpeg-header.ts'
import { readPngHeader } from './headers/png-header.ts'
import { readWebpHeader } from './headers/webp-header.ts'
import { ImageError } from './headers/image-error.ts'
import { HEAD_BYTES, imageFormatOf } from './image-format.ts'

/** Reads the header of an image file, whatever its name. Throws like inspectImage. */
export async function readHeader(path: string): Promise<ImageHeader> {
  const handle = await open(path, 'r')
  try {
    const file = new HeaderFile(handle)
    const format = imageFormatOf(await file.peek(0, HEAD_BYTES))
    if (format === 'jpeg') return { format, ...(await readJpegHeader(file)) }
    if (format === 'png') return { format, ...(await readPngHeader(file)) }
    if (format === 'webp') return { format, ...(await readWebpHeader(file)) }
    if (format === 'gif') return { format, ...(await readGifHeader(file)) }
    throw new ImageError('IMAGE_UNSUPPORTED', 'The file is not a JPEG, PNG, WebP or GIF image.')
  } finally {
    await handle.close()
  }
}
