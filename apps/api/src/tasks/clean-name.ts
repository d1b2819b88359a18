export const MAX_NAME_LENGTH = 255

/** Control characters, line breaks, direction controls and invisible spaces. */
const UNSHOWN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+/gu

/**
 * A file name that is safe to display: no folders, no control or direction characters, never empty,
 * well-formed, at most 255 characters. Joiners are kept: family emoji and the words of many
 * languages contain them.
 */
export function cleanName(given: string): string {
  const base =
    given
      .slice(-5000)
      .split(/[/\\]/)
      .findLast((part) => part.trim() !== '') ?? ''
  const visible = base.toWellFormed().replace(UNSHOWN, ' ').replace(/\s+/g, ' ').trim()
  const name = [...visible].slice(0, MAX_NAME_LENGTH).join('').trim()
  return /[^\p{Cf}\s]/u.test(name) ? name : 'image'
}
