// Validates the input of a video without loading a canvas or ffmpeg.
import { weatherInput } from './weather/weather-input.ts'

/** The input schema of each template, by the template's name. */
export const TEMPLATE_INPUTS = { weather: weatherInput } as const
export type TemplateName = keyof typeof TEMPLATE_INPUTS

/** The pictures of this package's own: files in its folder `backgrounds`. */
export const BACKGROUNDS = ['city.jpg', 'coast.jpg', 'mountains.jpg'] as const

/** The folder of {@link BACKGROUNDS}. */
export const BACKGROUNDS_FOLDER = new URL('../backgrounds/', import.meta.url)
