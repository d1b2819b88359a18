import { createRequire } from 'node:module'

/** The scripts that Inter has, in the order in which its files are searched for a character. */
const SUBSETS = ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext'] as const
export const WEIGHTS = [400, 700] as const
export type Weight = (typeof WEIGHTS)[number]

const resolve = createRequire(import.meta.url).resolve

/** The files of the font, each with the name of its own family: one per script. */
export const fontFiles = (weight: Weight): { family: string; file: string }[] =>
  SUBSETS.map((subset) => ({
    family: `Darkroom ${subset}`,
    file: resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.woff`),
  }))
