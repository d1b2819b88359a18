import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import type { z } from 'zod'

/** In pixels. H.264 with 4:2:0 chroma requires even numbers. */
export interface Size {
  width: number
  height: number
}

/** The canvas of one frame, and the frame's position in the video. */
export interface Frame extends Size {
  context: SKRSContext2D
  /** Counts from 0. */
  index: number
  /** Since the beginning of the video. */
  seconds: number
}

/** The pictures that a template asked for, each large enough to cover the frame. */
export type Assets = Readonly<Record<string, Canvas>>

/**
 * A kind of video. `draw` is a pure function of the frame: it must not remember the frame before,
 * so that any frame can be drawn by itself.
 */
export interface Template<Input = unknown> {
  name: string
  /** Validates input from outside. Its errors are shown to clients. */
  input: z.ZodType<Input>
  size: (input: Input) => Size
  fps: number
  seconds: number
  /** The frame to be used as the poster. */
  posterSeconds: number
  /** The names of the pictures that this input uses, by their role. */
  assetsOf: (input: Input) => Readonly<Record<string, string>>
  draw: (frame: Frame, input: Input, assets: Assets) => void
}

export function defineTemplate<Input>(template: Template<Input>): Template<Input> {
  return template
}

export const frameCount = ({ fps, seconds }: Pick<Template, 'fps' | 'seconds'>): number => Math.round(fps * seconds)
