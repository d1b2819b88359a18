import { deflateSync } from 'node:zlib'
import { iccProfileOf } from './icc-profile.ts'
import type { Colours } from './icc-profile.ts'
import { readPngChunks, writePng } from './png-chunks.ts'

/** Other chunks that define the colour space. */
const OTHERS = ['iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP']

/**
 * The same PNG with its colour space as an embedded profile, the only form that the decoder
 * supports.
 */
export function withProfile(bytes: Buffer, colours: Colours): Buffer {
  const profile = Buffer.concat([Buffer.from('Colours\0\0', 'latin1'), deflateSync(iccProfileOf(colours))])
  const chunks = readPngChunks(bytes).filter(({ type }) => !OTHERS.includes(type))
  const after = chunks.findIndex(({ type }) => type === 'IHDR') + 1
  return writePng(chunks.toSpliced(after, 0, { type: 'iCCP', data: profile, checksum: 'right' }))
}
