import { GlobalFonts } from '@napi-rs/canvas'
import { fontFiles, WEIGHTS } from './font-files.ts'

let isDone = false

/** Makes the font available to all canvases of this process. */
export function registerFonts(): void {
  if (isDone) return
  for (const weight of WEIGHTS)
    for (const { family, file } of fontFiles(weight))
      if (!GlobalFonts.registerFromPath(file, family)) throw new Error(`The font ${file} cannot be loaded`)
  isDone = true
}
