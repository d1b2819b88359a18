import { CronExpressionParser } from 'cron-parser'
import { z } from 'zod'

/** A cron expression, as the queue understands it. */
export const cron = (byDefault: string) =>
  z.string().refine(isCron, 'must be a cron expression of five fields such as 0 2 * * *').default(byDefault)

function isCron(text: string): boolean {
  try {
    return text.trim().split(/\s+/).length === 5 && CronExpressionParser.parse(text) !== undefined
  } catch {
    return false
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
