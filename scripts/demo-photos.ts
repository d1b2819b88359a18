import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sampleJpeg, samplePng, sampleWebp } from '@darkroom/testing'
import sharp from 'sharp'

/** Photos of the kinds that people send, made here so that the demo needs no file: their paths. */
export async function makeSamplePhotos(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const samples: [name: string, make: () => Promise<Buffer>][] = [
    ['landscape.jpg', () => sampleJpeg({ width: 4032, height: 3024, seed: 7 })],
    ['portrait.jpg', () => storedOnItsSide(sampleJpeg({ width: 3000, height: 2000, seed: 11 }))],
    ['cut-out.png', () => samplePng({ width: 1800, height: 1200, seed: 3 })],
    ['web.webp', () => sampleWebp({ width: 2560, height: 1440, seed: 5 })],
  ]
  const paths: string[] = []
  for (const [name, make] of samples) {
    const path = join(folder, name)
    await writeFile(path, await make())
    paths.push(path)
  }
  return paths
}

/** As phones write portraits: the pixels lie on their side, and the EXIF orientation says so. */
async function storedOnItsSide(jpeg: Promise<Buffer>): Promise<Buffer> {
  return sharp(await jpeg)
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 85 })
    .toBuffer()
}

/**
 * The files that somebody named, as absolute paths.
 * @throws Error that lists every one that is no readable file.
 */
export async function findPhotos(names: readonly string[], from: string): Promise<string[]> {
  const paths = names.map((name) => resolve(from, name))
  const faults: string[] = []
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (!found) faults.push(`${path} does not exist.`)
    else if (!found.isFile()) faults.push(`${path} is not a file.`)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return paths
}
