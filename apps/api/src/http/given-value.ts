import type { z } from 'zod'

const MAX_SHOWN = 50

/** Adds what was sent to a message about it: `must be at least 60` becomes `must be at least 60, not 5`. */
export function withGiven(message: string, issue: z.core.$ZodIssue): string {
  const given = givenIn(issue)
  if (!/^must (?!not )/.test(message) || given === undefined) return message
  // Before any advice, which follows a semicolon.
  return message.replace(/;|$/, (end) => `, not ${given}${end}`)
}

function givenIn(issue: z.core.$ZodIssue): string | undefined {
  const { code, input } = issue
  if (code === 'custom' || input === undefined || input === '') return undefined
  if (code === 'too_big' || code === 'too_small') return amountOf(input)
  if (code !== 'invalid_union' || issue.discriminator === undefined) return valueOf(input)
  const chosen = (input as Record<string, unknown>)[issue.discriminator]
  return chosen === undefined ? undefined : valueOf(chosen)
}

const amountOf = (input: unknown): string =>
  typeof input === 'string' || Array.isArray(input) ? String(input.length) : valueOf(input)

function valueOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object' && input !== null) return 'an object'
  const text = String(input).toWellFormed()
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text
  return typeof input === 'string' ? JSON.stringify(shown) : shown
}
