import { randomBytes } from 'node:crypto'
import type { WebhookSecret } from './webhook-store.ts'

const BYTES = 32

/** A secret in the form of the Standard Webhooks specification. */
export const newSecret = (): string => `whsec_${randomBytes(BYTES).toString('base64')}`

/** A new secret in front; the one before it is valid for a while, older ones are gone. */
export function rotated(secrets: readonly WebhookSecret[], now: Date, graceMs: number): WebhookSecret[] {
  const [newest] = secrets
  const expiresAt = new Date(now.getTime() + graceMs)
  return [{ secret: newSecret(), expiresAt: null }, ...(newest && graceMs > 0 ? [{ ...newest, expiresAt }] : [])]
}
