/** What the API tells the page about this installation, in the page itself. */
export interface PageSettings {
  maxFileBytes: number
  /** Whether workers may be killed from the page. */
  isDemo: boolean
}

const DEFAULTS: PageSettings = { maxFileBytes: 50 * 1024 * 1024, isDemo: false }

/** Undefined fields, as under the development server, get their defaults. */
export function readSettings(document: Document): PageSettings {
  const content = document.querySelector<HTMLMetaElement>('meta[name="darkroom-settings"]')?.content ?? '{}'
  return { ...DEFAULTS, ...(JSON.parse(content) as Partial<PageSettings>) }
}
