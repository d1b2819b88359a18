/**
 * The bits of JPEG data (ITU-T T.81, B.1.1.5: 0xff is followed by 0x00) up to the next marker,
 * followed by zeros.
 */
export class BitReader {
  readonly #bytes: Uint8Array
  #at: number
  #bits = 0
  #count = 0
  /** How many of the bits are padding. */
  #padding = 0

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes
    this.#at = start
  }

  peek16(): number {
    while (this.#count < 16) this.#addByte()
    return (this.#bits >>> (this.#count - 16)) & 0xffff
  }

  /** At most 16 bits. */
  skip(bits: number): void {
    while (this.#count < bits) this.#addByte()
    this.#count -= bits
  }

  /** Whether more bits were read than exist. */
  get isOverrun(): boolean {
    return this.#padding > this.#count
  }

  /** The end of the last byte of which a bit was read. */
  get end(): number {
    let at = this.#at
    for (let unused = (this.#count - this.#padding) >> 3; unused > 0; unused--)
      at -= this.#bytes[at - 1] === 0 && this.#bytes[at - 2] === 0xff ? 2 : 1
    return at
  }

  #addByte(): void {
    const byte = this.#bytes[this.#at] ?? 0xff
    const isMarker = byte === 0xff && this.#bytes[this.#at + 1] !== 0
    if (isMarker) this.#padding += 8
    else this.#at += byte === 0xff ? 2 : 1
    this.#bits = (this.#bits << 8) | (isMarker ? 0 : byte)
    this.#count += 8
  }
}
