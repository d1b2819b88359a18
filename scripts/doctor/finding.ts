export type Level = 'OK' | 'WARN' | 'FAIL'

/** The result of one check. `todo` is the suggested fix, if there is one. */
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

/** The host of a URL, without the password in it. */
export function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the given address'
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error)
