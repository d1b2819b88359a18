export type Level = 'OK' | 'WARN' | 'FAIL'

/**
 * One thing that was looked at. `todo` says what to do about it, wherever something is to be done.
 */
export interface Finding {
  area: string
  level: Level
  says: string
  todo?: string
}

export type Report = (level: Level, says: string, todo?: string) => void

/** Collects the findings about one part of the installation. */
export function findingsOf(area: string): { findings: Finding[]; report: Report } {
  const findings: Finding[] = []
  return {
    findings,
    report: (level, says, todo) => void findings.push({ area, level, says, ...(todo !== undefined && { todo }) }),
  }
}

/** Where a URL leads, without the password in it. */
export function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the given address'
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error)
