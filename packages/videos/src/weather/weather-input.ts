import { z } from 'zod'
import { uncoveredCharacters } from '../fonts/covered-characters.ts'

export const LANGUAGES = ['es', 'en', 'pt'] as const
export const FORMATS = ['landscape', 'portrait'] as const
export const CONDITIONS = ['sun', 'clouds', 'rain', 'snow', 'storm', 'fog', 'wind'] as const
export type Condition = (typeof CONDITIONS)[number]
export type Language = (typeof LANGUAGES)[number]

/** Other words for a condition, in all languages; compared without case and accents. */
const SYNONYMS: Record<Condition, string> = {
  sun: 'sunny clear soleado despejado sol ensolarado limpo',
  clouds: 'cloud cloudy overcast partly-cloudy nublado nubes nuboso parcialmente-nublado nuvens encoberto',
  rain: 'rainy drizzle showers lluvia lluvioso llovizna chuva chuvoso',
  snow: 'snowy sleet nieve nevado neve',
  storm: 'stormy thunderstorm thunder tormenta tempestade trovoada',
  fog: 'foggy mist haze niebla neblina nevoeiro nevoa',
  wind: 'windy breezy viento ventoso vento',
}

const conditionOf = new Map(
  CONDITIONS.flatMap((condition) => [condition, ...SYNONYMS[condition].split(' ')].map((word) => [word, condition])),
)

/** A line of text that the font can show. Line breaks and repeated spaces become one space. */
const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength, `must have at most ${maxLength} characters`)
    .transform((given) => given.normalize('NFC').replace(/\s+/gu, ' ').trim())
    .refine((given) => given !== '', 'must not be empty')
    .superRefine((given, context) => {
      const missing = uncoveredCharacters(given)
      if (missing.length > 0) context.addIssue({ code: 'custom', message: notShown(missing) })
    })

const SHOWN_CHARACTERS = 5

function notShown(characters: string[]): string {
  const some = characters.slice(0, SHOWN_CHARACTERS).map(nameOf)
  const more = characters.length > SHOWN_CHARACTERS ? ' and others' : ''
  return `contains characters that the font does not have (${some.join(', ')}${more}); it has Latin, Greek and Cyrillic letters, but no emoji`
}

/** Invisible characters are only known by their number. */
const nameOf = (character: string): string => {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  return /[\p{L}\p{N}\p{S}\p{P}]/u.test(character) ? `${character} ${code}` : code
}

const NOON = 'T12:00:00Z'

export const weatherInput = z.strictObject({
  city: text(80).meta({ description: 'As it is shown', examples: ['Madrid'] }),
  temperature: z
    .number()
    .min(-99)
    .max(99)
    .meta({ description: 'In degrees Celsius; shown as a whole number', examples: [24] }),
  condition: z
    .string()
    .max(40, 'must have at most 40 characters')
    .transform((given, context) => {
      const condition = conditionOf.get(plain(given))
      if (condition !== undefined) return condition as Condition
      context.addIssue({ code: 'custom', message: `must be one of ${CONDITIONS.join(', ')}` })
      return z.NEVER
    })
    .meta({
      description: `One of ${CONDITIONS.join(', ')}, or a common word for it in Spanish, English or Portuguese`,
      examples: ['sun'],
    }),
  description: text(200).meta({ examples: ['Cielo despejado y brisa suave por la tarde'] }),
  date: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], 'must be a date such as 2026-05-30')
    .transform((given) => (given.includes('T') ? given.slice(0, 10) : given))
    .transform((day) => day + NOON)
    .meta({ description: 'An ISO 8601 date; of a date with a time, only the day is used', examples: ['2026-05-30'] }),
  language: z.enum(LANGUAGES).default('en').meta({ description: 'Of the date and the condition' }),
  format: z
    .enum(FORMATS)
    .default('landscape')
    .meta({ description: '`landscape` has 1280x720 pixels, `portrait` 1080x1920' }),
  background: z
    .string()
    .max(255)
    .default('mountains.jpg')
    .meta({ description: 'The name of an asset', examples: ['mountains.jpg'] }),
})
export type WeatherInput = z.infer<typeof weatherInput>

const plain = (word: string): string =>
  word
    .trim()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[\s_]+/gu, '-')
