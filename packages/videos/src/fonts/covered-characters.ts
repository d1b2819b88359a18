import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { fontFiles, WEIGHTS } from './font-files.ts'

let covered: ReadonlySet<number> | undefined

/**
 * The characters of a text that the font cannot show, each once. Reads the tables of the font files,
 * so that neither a canvas nor a font library has to be loaded.
 */
export function uncoveredCharacters(text: string): string[] {
  covered ??= charactersOfFont()
  const known = covered
  return [...new Set(text.normalize('NFC'))].filter((character) => !known.has(character.codePointAt(0) ?? 0))
}

/** In all weights: a text is shown in both. */
function charactersOfFont(): ReadonlySet<number> {
  const [first, ...others] = WEIGHTS.map(
    (weight) => new Set(fontFiles(weight).flatMap(({ file }) => charactersOf(readFileSync(file)))),
  )
  return new Set([...(first ?? [])].filter((code) => others.every((other) => other.has(code))))
}

/** WOFF 1.0, section 4: a directory of tables of 20 bytes each, from byte 44; a table may be compressed. */
const DIRECTORY = 44
const ENTRY_BYTES = 20

function charactersOf(woff: Buffer): number[] {
  const count = woff.readUInt16BE(12)
  for (let entry = DIRECTORY; entry < DIRECTORY + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
    if (woff.toString('latin1', entry, entry + 4) !== 'cmap') continue
    const [offset, stored, original] = [4, 8, 12].map((at) => woff.readUInt32BE(entry + at)) as [number, number, number]
    const bytes = woff.subarray(offset, offset + stored)
    return charactersOfCmap(stored < original ? inflateSync(bytes) : bytes)
  }
  throw new Error('The font has no table of its characters')
}

/** OpenType, `cmap`: subtables of several formats; those of Unicode are 4 and 12. */
function charactersOfCmap(cmap: Buffer): number[] {
  const count = cmap.readUInt16BE(2)
  const found: number[] = []
  for (let record = 4; record < 4 + count * 8; record += 8) {
    const table = cmap.subarray(cmap.readUInt32BE(record + 4))
    const format = table.readUInt16BE(0)
    if (format === 4) found.push(...charactersOfSegments(table))
    if (format === 12) found.push(...charactersOfGroups(table))
  }
  return found
}

/** Format 4: segments from `start` to `end`, each with a delta or an array of glyphs. */
function charactersOfSegments(table: Buffer): number[] {
  const doubled = table.readUInt16BE(6)
  const found: number[] = []
  for (let at = 0; at < doubled; at += 2) {
    const end = table.readUInt16BE(14 + at)
    const start = table.readUInt16BE(16 + doubled + at)
    const delta = table.readUInt16BE(16 + 2 * doubled + at)
    const rangeAt = 16 + 3 * doubled + at
    const range = table.readUInt16BE(rangeAt)
    for (let code = start; code <= end && code < 0xff_ff; code++) {
      const glyph = range === 0 ? code + delta : table.readUInt16BE(rangeAt + range + 2 * (code - start))
      if ((glyph & 0xff_ff) !== 0) found.push(code)
    }
  }
  return found
}

/** Format 12: groups of consecutive characters with consecutive glyphs. */
function charactersOfGroups(table: Buffer): number[] {
  const count = table.readUInt32BE(12)
  const found: number[] = []
  for (let at = 16; at < 16 + count * 12; at += 12) {
    const glyph = table.readUInt32BE(at + 8)
    const start = table.readUInt32BE(at)
    for (let code = start; code <= table.readUInt32BE(at + 4); code++) if (glyph + code - start !== 0) found.push(code)
  }
  return found
}
