/**
 * Indexed by the next 16 bits: the length of the code that they start with times 256, plus its
 * symbol; 0 if they do not start with a code.
 */
export type HuffmanTable = Uint16Array

/**
 * Reads the tables of a DHT segment (ITU-T T.81, B.2.4.2), by class (0 is DC, 1 is AC) times 16
 * plus number.
 */
export function readHuffmanTables(segment: Uint8Array): Map<number, HuffmanTable> {
  const tables = new Map<number, HuffmanTable>()
  for (let at = 0; at + 17 <= segment.length;) {
    const counts = segment.subarray(at + 1, at + 17)
    const symbols = segment.subarray(at + 17, at + 17 + counts.reduce((sum, count) => sum + count, 0))
    tables.set(segment[at] ?? 0, huffmanTable(counts, symbols))
    at += 17 + symbols.length
  }
  return tables
}

/** ITU-T T.81, annex C: codes are assigned in order, the short ones first. */
function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(1 << 16)
  let [code, next] = [0, 0]
  counts.forEach((count, index) => {
    const bits = index + 1
    for (let left = count; left > 0 && next < symbols.length; left--) {
      table.fill((bits << 8) | (symbols[next] ?? 0), code << (16 - bits), (code + 1) << (16 - bits))
      code += 1
      next += 1
    }
    code <<= 1
  })
  return table
}
