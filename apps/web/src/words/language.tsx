import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { createFormats, type Formats } from './formats.ts'
import { english, type Words } from './english.ts'
import { spanish } from './spanish.ts'

export const LANGUAGES = { en: english, es: spanish }
export type Language = keyof typeof LANGUAGES

interface Spoken {
  language: Language
  words: Words
  formats: Formats
  speak: (language: Language) => void
}

const KEPT_UNDER = 'darkroom.language'
const SpokenContext = createContext<Spoken | undefined>(undefined)

/** The language of the page: the chosen one, else that of the browser. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const spoken = useMemo(
    () => ({
      language,
      words: LANGUAGES[language],
      formats: createFormats(regionOf(language)),
      speak: (chosen: Language) => {
        keep(chosen)
        setLanguage(chosen)
      },
    }),
    [language],
  )
  return <SpokenContext value={spoken}>{children}</SpokenContext>
}

export function useLanguage(): Spoken {
  const spoken = use(SpokenContext)
  if (!spoken) throw new Error('There is no LanguageProvider around this component.')
  return spoken
}

/** Numbers and times are written as in the region of the browser, if it is one of the language. */
const regionOf = (language: Language): string =>
  navigator.languages.find((name) => name.toLowerCase().startsWith(language)) ?? language

/** A browser that blocks the data of sites throws. */
function kept(): string {
  try {
    return localStorage.getItem(KEPT_UNDER) ?? ''
  } catch {
    return ''
  }
}

function keep(language: Language): void {
  try {
    localStorage.setItem(KEPT_UNDER, language)
  } catch {
    // It is spoken until the page is closed.
  }
}

function firstLanguage(): Language {
  const wanted = [kept(), ...navigator.languages]
  const known = wanted.map((name) => name.slice(0, 2).toLowerCase()).find((name) => name in LANGUAGES)
  return (known as Language | undefined) ?? 'en'
}
