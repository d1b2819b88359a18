import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { corpusFolder, sampleJpeg } from '@darkroom/testing'

const FEWEST_PIXELS = 3_000_000
const MOST_PIXELS = 12_500_000
/** Width and height of the generated photos: 3 to 12 megapixels. */
const GENERATED = [
  [2048, 1536],
  [2400, 1800],
  [2592, 1944],
  [3008, 2000],
  [3264, 2448],
  [3648, 2736],
  [4000, 3000],
] as const

interface CorpusFile {
  file: string
  expect: string
  format?: string
  width?: number
  height?: number
}

export interface Photos {
  /** Paths of the files, repeated up to the requested number. */
  files: string[]
  source: string
}

/**
 * Photos of 3 to 12 megapixels: the camera photos of the corpus if available, otherwise generated
 * ones, cached in `cacheFolder`.
 */
export async function benchPhotos(count: number, cacheFolder: string): Promise<Photos> {
  const corpus = corpusFolder()
  const distinct = corpus === undefined ? await generated(cacheFolder) : cameraPhotos(corpus)
  const files = Array.from({ length: count }, (_, index) => distinct[index % distinct.length] as string)
  const kind = corpus === undefined ? 'generated' : 'camera'
  return { files, source: `${distinct.length} ${kind} JPEGs of 3 to 12 Mpx, cycled (${digestOf(distinct)})` }
}

function cameraPhotos(corpus: string): string[] {
  const lines = readFileSync(join(corpus, 'manifest.ndjson'), 'utf8').split('\n').filter(Boolean)
  const files = lines
    .map((line) => JSON.parse(line) as CorpusFile)
    .filter(({ format, expect }) => format === 'jpeg' && expect === 'ok')
  return files.filter(hasRightSize).map(({ file }) => join(corpus, file))
}

function hasRightSize({ width = 0, height = 0 }: CorpusFile): boolean {
  return width * height >= FEWEST_PIXELS && width * height <= MOST_PIXELS
}

async function generated(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const paths: string[] = []
  for (const [width, height] of GENERATED) {
    const path = join(folder, `${width}x${height}.jpg`)
    if (!existsSync(path)) await writeWhole(path, await sampleJpeg({ width, height, seed: width }))
    paths.push(path)
  }
  return paths
}

/** An aborted run must not leave half a photo for the next one. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  await writeFile(`${path}.part`, bytes)
  await rename(`${path}.part`, path)
}

/** Tells whether two results were measured on the same photos. */
function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}
