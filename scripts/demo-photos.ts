import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { landscape } from './landscape.ts'

/** Of a folder given on the command line. */
const MOST_PHOTOS = 50
const PHOTO = /\.(jpe?g|png|webp|gif)$/i

const SAMPLES: Record<string, () => Promise<Sharp>> = {
  'morning.jpg': async () => (await landscape({ width: 4032, height: 3024, seed: 4 })).jpeg({ quality: 90 }),
  'portrait.jpg': async () => storedOnItsSide(await landscape({ width: 2000, height: 3000, seed: 7 })),
  'noon.png': async () => (await landscape({ width: 1800, height: 1200, seed: 6 })).png(),
  'evening.webp': async () => (await landscape({ width: 2560, height: 1440, seed: 5 })).webp({ quality: 85 }),
}

/** As phones store portraits: the pixels are rotated, and the EXIF orientation says how. */
async function storedOnItsSide(upright: Sharp): Promise<Sharp> {
  const pixels = await upright.png({ compressionLevel: 1 }).toBuffer()
  return sharp(pixels).rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 90 })
}

/**
 * Sample photos of typical kinds, created on the first run, so that the demo needs no files.
 * Returns their paths.
 */
export async function makeSamplePhotos(folder: string, signal: AbortSignal): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const paths: string[] = []
  for (const [name, make] of Object.entries(SAMPLES)) {
    const path = join(folder, name)
    paths.push(path)
    if (await isFile(path)) continue
    signal.throwIfAborted()
    await (await make()).toFile(`${path}.new`)
    await rename(`${path}.new`, path)
  }
  return paths
}

/**
 * The given files, and the photos in the given folders, as absolute paths.
 * @throws Error that lists all paths that do not exist.
 */
export async function findPhotos(names: readonly string[], from: string): Promise<string[]> {
  const paths: string[] = []
  const faults: string[] = []
  for (const path of names.map((name) => resolve(from, name))) {
    const found = await stat(path).catch(() => undefined)
    if (!found) faults.push(`${path} does not exist.`)
    else if (found.isDirectory()) {
      const photos = (await readdir(path)).filter((name) => PHOTO.test(name)).toSorted()
      if (photos.length === 0) faults.push(`${path} contains no JPEG, PNG, WebP or GIF files.`)
      if (photos.length > MOST_PHOTOS)
        console.log(`${path} contains ${photos.length} photos; using the first ${MOST_PHOTOS}.`)
      paths.push(...photos.slice(0, MOST_PHOTOS).map((name) => join(path, name)))
    } else paths.push(path)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return paths
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}
