import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { corpusFolder } from '@darkroom/testing'
import { drawRace } from '@darkroom/testing/race-photos'
import sharp from 'sharp'

/** A photo and what can be read in it. */
export interface LabelledPhoto {
  file: string
  numbers: string[]
  /** Partly hidden numbers: finding one is neither right nor wrong. */
  optional: string[]
}

/** The name of the cached set: a change of the generator needs a new one. */
const SET = 'race-photos-1'
/** The largest photo that is accepted. */
const LARGEST = { width: 8640, height: 5760 }

/** Drawn race photos with the seeds 1, 2, …, cached in `folder`. */
export async function drawnPhotos(count: number, folder: string): Promise<LabelledPhoto[]> {
  const home = join(folder, SET)
  await mkdir(home, { recursive: true })
  const photos: LabelledPhoto[] = []
  for (let seed = 1; seed <= count; seed++) {
    const [file, labels] = [join(home, `${seed}.jpg`), join(home, `${seed}.json`)]
    if (!existsSync(labels)) {
      const { bytes, numbers, optional } = await drawRace({ seed })
      await writeFile(file, bytes)
      await writeFile(`${labels}.part`, JSON.stringify({ numbers, optional }))
      await rename(`${labels}.part`, labels)
    }
    photos.push({ file, ...(JSON.parse(readFileSync(labels, 'utf8')) as Omit<LabelledPhoto, 'file'>) })
  }
  return photos
}

/** The real race photos of the corpus; none without it. */
export function realPhotos(): LabelledPhoto[] {
  const folder = corpusFolder()
  const home = join(folder ?? '', 'photos', 'bibs')
  if (folder === undefined || !existsSync(join(home, 'bibs.json'))) return []
  const labels = (name: string) => JSON.parse(readFileSync(join(home, name), 'utf8')) as Record<string, string[]>
  const optional = labels('bibs-optional.json')
  return Object.entries(labels('bibs.json')).map(([name, numbers]) => ({
    file: join(home, name),
    numbers,
    optional: optional[name] ?? [],
  }))
}

/** The largest photo that is accepted, and the costliest kind: progressive, all colours kept. */
export async function largestPhoto(folder: string): Promise<string> {
  const file = join(folder, 'largest.jpg')
  if (existsSync(file)) return file
  await mkdir(folder, { recursive: true })
  const { bytes } = await drawRace({ seed: 6, width: 2880 })
  const large = sharp(bytes).resize(LARGEST.width, LARGEST.height, { fit: 'fill' })
  await large.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toFile(`${file}.part`)
  await rename(`${file}.part`, file)
  return file
}
