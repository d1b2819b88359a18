import { GlobalFonts } from '@napi-rs/canvas'
import { fileURLToPath } from 'node:url'

/** Faces as they are printed on bibs and banners: narrow, wide, heavy, with serifs, slanted. */
const FACES = {
  Anton: 'anton/files/anton-latin-400-normal',
  'Archivo Black': 'archivo-black/files/archivo-black-latin-400-normal',
  'Bebas Neue': 'bebas-neue/files/bebas-neue-latin-400-normal',
  'Alfa Slab One': 'alfa-slab-one/files/alfa-slab-one-latin-400-normal',
  'Racing Sans One': 'racing-sans-one/files/racing-sans-one-latin-400-normal',
  Oswald: 'oswald/files/oswald-latin-600-normal',
}

/** Names of the fonts, which are registered with the first call. */
export function fontNames(): string[] {
  for (const [name, file] of Object.entries(FACES)) {
    const path = fileURLToPath(import.meta.resolve(`@fontsource/${file}.woff2`))
    if (!GlobalFonts.has(name)) GlobalFonts.registerFromPath(path, name)
  }
  return Object.keys(FACES)
}
