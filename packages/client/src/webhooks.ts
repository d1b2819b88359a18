const TOLERANCE_SECONDS = 300

type GivenHeaders = Headers | Record<string, string | string[] | undefined>

/** A webhook is not from Darkroom, was changed on its way, or is too old. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
}

/**
 * The content of a webhook (Standard Webhooks), if one of these secrets has signed its body and it
 * was sent less than five minutes ago. `body` must be exactly what was received: text or bytes.
 * Throws a {@link WebhookError}.
 */
export async function verify<Payload = unknown>(
  body: string | Uint8Array,
  headers: GivenHeaders,
  ...secrets: readonly string[]
): Promise<Payload> {
  const header = (name: string): string => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name]
    if (typeof value === 'string') return value
    throw new WebhookError(`The header ${name} is missing`)
  }
  const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')]
  // Not `>`: a timestamp that is no number must not pass.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS))
    throw new WebhookError(`The timestamp ${timestamp} is more than five minutes away from now`)
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`)
  const signatures = header('webhook-signature')
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
  for (const secret of secrets)
    for (const signature of signatures)
      if (await isSignedWith(secret, signature.slice('v1,'.length), signed)) return JSON.parse(text) as Payload
  throw new WebhookError('The signature does not match')
}

async function isSignedWith(secret: string, signature: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = fromBase64(secret.replace(/^whsec_/, ''))
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify'])
  return crypto.subtle.verify('HMAC', key, fromBase64(signature), signed)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    throw new WebhookError('The secret or the signature is not base64')
  }
}
