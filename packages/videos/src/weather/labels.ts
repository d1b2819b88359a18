import type { Condition, Language } from './weather-input.ts'

/** A condition as viewers read it. */
export const LABELS: Record<Language, Record<Condition, string>> = {
  en: { sun: 'Sunny', clouds: 'Cloudy', rain: 'Rain', snow: 'Snow', storm: 'Storm', fog: 'Fog', wind: 'Windy' },
  es: {
    sun: 'Soleado',
    clouds: 'Nublado',
    rain: 'Lluvia',
    snow: 'Nieve',
    storm: 'Tormenta',
    fog: 'Niebla',
    wind: 'Viento',
  },
  pt: {
    sun: 'Sol',
    clouds: 'Nublado',
    rain: 'Chuva',
    snow: 'Neve',
    storm: 'Tempestade',
    fog: 'Nevoeiro',
    wind: 'Vento',
  },
}

const LOCALES: Record<Language, string> = { en: 'en-US', es: 'es-ES', pt: 'pt-PT' }

/** "Saturday, May 30, 2026", beginning with a capital letter in each language. */
export function longDate(date: string, language: Language): string {
  const formatted = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(date),
  )
  return formatted.charAt(0).toUpperCase() + formatted.slice(1)
}
