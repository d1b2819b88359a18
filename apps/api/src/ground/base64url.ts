/**
 * The bytes of a text in base64url; undefined for any other text. Node ignores characters that do
 * not belong or are left over, so that many texts would stand for the same bytes.
 */
export function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
