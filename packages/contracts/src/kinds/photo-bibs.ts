import { z } from 'zod'
import { defineKind } from './define-kind.ts'
import { photoSource } from './photo-source.ts'

const pixels = z.number().min(0)

/** A number that was read in a photo. */
export const bib = z
  .object({
    number: z.string().meta({ description: 'Digits, or digits and capital letters', examples: ['587'] }),
    confidence: z.number().min(0).max(1).meta({ description: 'How sure the reading is, from 0 to 1' }),
    box: z
      .object({ left: pixels, top: pixels, width: pixels, height: pixels })
      .meta({ description: 'Where it is, in pixels of the photo after applying its orientation' }),
    origin: z.enum(['ocr', 'roster', 'person']).meta({
      description: 'Who says so: the reader, the reader corrected by the roster of the album, or a person',
    }),
    raw: z.string().meta({ description: 'The text as it was read, before any correction' }),
  })
  .meta({ id: 'Bib' })
export type Bib = z.infer<typeof bib>

/** The name of an album, which groups the photos of a race. */
export const albumSlug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,79}$/,
    'must be a short name such as valencia-2026: at most 80 lower-case letters, digits and hyphens',
  )

/** Reads the bib numbers in a photo of a race, and makes its variants. */
export const photoBibs = defineKind({
  kind: 'photo.bibs',
  queue: 'photo-processing',
  job: 'process-photo',
  worker: 'photo-worker',
  originals: 'photos',
  noun: 'photo',
  fields: {
    album: albumSlug
      .optional()
      .meta({ description: 'The album of the photo: groups the photos of a race', examples: ['valencia-2026'] }),
  },
  /** `imagePath` is a storage key, so that it means the same on every machine. */
  input: { imagePath: z.string(), imageName: z.string(), sourceUrl: z.string().optional() },
  reads: ['imagePath'],
  source: { ...photoSource, album: z.string().optional() },
  contentTypes: ['image/jpeg'],
  result: z.object({ bibs: z.array(bib) }),
  policy: {
    attempts: 3,
    backoffMs: 2000,
    keepCompleted: { count: 100, ageMs: Number.POSITIVE_INFINITY },
    keepFailed: { count: 500, ageMs: Number.POSITIVE_INFINITY },
    deadlineMs: 60_000,
  },
})
export type PhotoJob = z.infer<typeof photoBibs.input>
