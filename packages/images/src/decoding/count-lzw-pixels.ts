/** Longest code of GIF89a, appendix F. */
const MAX_CODE_BITS = 12

/**
 * The number of pixels in LZW data of a GIF, up to its end or to the first invalid code; stops
 * counting after `enough`.
 */
export function countLzwPixels(data: Uint8Array, minCodeBits: number, enough: number): number {
  const clear = 1 << minCodeBits
  const end = clear + 1
  const lengths = new Uint32Array(1 << MAX_CODE_BITS).fill(1, 0, clear)
  let [next, codeBits, previous, pixels] = [end + 1, minCodeBits + 1, -1, 0]
  let [bits, bitCount] = [0, 0]
  for (const byte of data) {
    bits |= byte << bitCount
    bitCount += 8
    while (bitCount >= codeBits) {
      const code = bits & ((1 << codeBits) - 1)
      bits >>>= codeBits
      bitCount -= codeBits
      if (code === end) return pixels
      if (code === clear) {
        ;[next, codeBits, previous] = [end + 1, minCodeBits + 1, -1]
        continue
      }
      if (code > next || (code >= next && previous === -1)) return pixels
      if (previous !== -1 && next < lengths.length) {
        lengths[next] = (lengths[previous] ?? 0) + 1
        next += 1
        if (next === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits += 1
      }
      pixels += lengths[code] ?? 0
      previous = code
      if (pixels >= enough) return pixels
    }
  }
  return pixels
}
