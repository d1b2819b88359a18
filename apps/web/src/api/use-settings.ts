import { createContext, use } from 'react'
import type { PageSettings } from './settings.ts'

export const SettingsContext = createContext<PageSettings | undefined>(undefined)

export function useSettings(): PageSettings {
  const settings = use(SettingsContext)
  if (!settings) throw new Error('There are no settings around this component.')
  return settings
}
