import type { Scope } from '@darkroom/contracts'

/** What the API tells the page about this installation, in the page itself. */
export interface PageSettings {
  maxFileBytes: number
  /** Whether workers may be killed from the page. */
  isDemo: boolean
  /** Whether every request requires a key. */
  keysOn: boolean
  /** Who is signed in. */
  caller: { name: string; tenant: string } | null
  /** What may be done. */
  scopes: readonly Scope[]
}

const DEFAULTS: PageSettings = {
  maxFileBytes: 50 * 1024 * 1024,
  isDemo: false,
  keysOn: false,
  caller: null,
  scopes: ['tasks:read', 'tasks:write', 'queues:read'],
}

/** Undefined fields, as under the development server, get their defaults. */
export function readSettings(document: Document): PageSettings {
  const content = document.querySelector<HTMLMetaElement>('meta[name="darkroom-settings"]')?.content ?? '{}'
  return { ...DEFAULTS, ...(JSON.parse(content) as Partial<PageSettings>) }
}
