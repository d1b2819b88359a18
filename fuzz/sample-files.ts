import { randomBytes } from 'node:crypto'
import { corruptJpeg, sampleGif, sampleJpeg, samplePng, sampleWebp, truncatedJpeg } from '@darkroom/testing'

/** The files to upload: a valid one first. */
export async function sampleFiles(): Promise<Buffer[]> {
  const size = { width: 64, height: 48 }
  return [
    await sampleJpeg(size),
    await samplePng(size),
    await sampleWebp(size),
    await sampleGif(size),
    await truncatedJpeg(),
    await corruptJpeg(),
    Buffer.alloc(0),
    Buffer.from('GIF89a'),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    randomBytes(2000),
  ]
}
