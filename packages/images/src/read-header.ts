import { open, type FileHandle } from 'node:fs/promises'
import { readGifHeader } from './headers/gif-header.ts'
import { HeaderFile } from './headers/header-file.ts'
import type { ImageHeader } from './headers/header.ts'
import { readJpegHeader } from './headers/jpeg-header.ts'
import { readPngHeader } from './headers/png-header.ts'
import { readWebpHeader } from './headers/webp-header.ts'
import { ImageError } from './headers/image-error.ts'
import { HEAD_BYTES, imageFormatOf } from './image-format.ts'

/** A file to read: its path, or the file itself, which stays open. */
export type ImageSource = string | FileHandle

/** Reads the header of an image file, whatever its name. Throws like inspectImage. */
export const readHeader = (source: ImageSource): Promise<ImageHeader> => opened(source, readHeaderOf)

/** Calls `read` with the file, and closes it if it was not open before. */
export async function opened<T>(source: ImageSource, read: (file: FileHandle) => Promise<T>): Promise<T> {
  if (typeof source !== 'string') return read(source)
  const handle = await open(source, 'r')
  try {
    return await read(handle)
  } finally {
    await handle.close()
  }
}

async function readHeaderOf(handle: FileHandle): Promise<ImageHeader> {
  const file = new HeaderFile(handle)
  const format = imageFormatOf(await file.peek(0, HEAD_BYTES))
  if (format === 'jpeg') return { format, ...(await readJpegHeader(file)) }
  if (format === 'png') return { format, ...(await readPngHeader(file)) }
  if (format === 'webp') return { format, ...(await readWebpHeader(file)) }
  if (format === 'gif') return { format, ...(await readGifHeader(file)) }
  throw new ImageError('IMAGE_UNSUPPORTED', 'The file is not a JPEG, PNG, WebP or GIF image.')
}
