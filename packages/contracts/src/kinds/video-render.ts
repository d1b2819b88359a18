import { z } from 'zod'
import { defineKind } from './define-kind.ts'

const DAY_MS = 24 * 3_600_000

/** Renders a video from a template. Its original is the input of the template, as a JSON file. */
export const videoRender = defineKind({
  kind: 'video.render',
  queue: 'video-render-queue',
  job: 'render-video',
  worker: 'video-worker',
  originals: 'videos',
  noun: 'video',
  fields: {},
  /**
   * Storage keys. `backgroundPath` is that of the task's copy of an asset; without it the
   * background is one that ships with the templates.
   * `slug` is the folder of the result.
   */
  input: { inputPath: z.string(), backgroundPath: z.string().optional(), slug: z.string() },
  reads: ['inputPath', 'backgroundPath'],
  source: {
    template: z.string(),
    city: z.string(),
    language: z.string(),
    format: z.string(),
    backgroundPath: z.string().optional().meta({ description: 'The storage key of its copy of a stored background' }),
  },
  contentTypes: ['video/mp4', 'image/jpeg'],
  result: z.object({
    durationSeconds: z.number(),
    width: z.number().int(),
    height: z.number().int(),
    frames: z.number().int(),
  }),
  policy: {
    attempts: 2,
    backoffMs: 30_000,
    keepCompleted: { count: Number.POSITIVE_INFINITY, ageMs: 30 * DAY_MS },
    keepFailed: { count: Number.POSITIVE_INFINITY, ageMs: 30 * DAY_MS },
    deadlineMs: 600_000,
    firstEstimate: { p50Ms: 120_000, p90Ms: 300_000 },
    ttlSeconds: 30 * 24 * 3600,
  },
})
export type VideoJob = z.infer<typeof videoRender.input>

/** The stages of a render, and where in the progress each begins. */
export const VIDEO_STAGES = { bundle: 0, composition: 30, render: 40, upload: 85, cleanup: 95 } as const
export type VideoStage = keyof typeof VIDEO_STAGES
