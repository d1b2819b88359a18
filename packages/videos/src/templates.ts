import { weather } from './weather/weather.ts'

/** All templates, by name. */
export const TEMPLATES = { weather } as const
