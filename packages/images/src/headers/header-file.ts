import type { FileHandle } from 'node:fs/promises'
import { ImageError } from './image-error.ts'

/** Bytes of one read. Most headers end within the first. */
const WINDOW_BYTES = 4096

/**
 * Most reads of a header. A panorama with its depth map has some hundreds of segments of 64 KB, so
 * this is beyond any picture.
 */
const MAX_READS = 1000

/**
 * Most steps through what was read: a GIF's metadata come in thousands of blocks, of 255 bytes at
 * most.
 */
const MAX_STEPS = 100_000

/**
 * A file whose header is read by bounded, positioned reads: whatever the file says of itself, its
 * header costs some milliseconds and the memory of one window.
 */
export class HeaderFile {
  readonly #file: FileHandle
  readonly #window = Buffer.alloc(WINDOW_BYTES)
  #start = 0
  #length = 0
  #reads = 0
  #steps = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /**
   * Up to `length` bytes (at most 4096) at `offset`: fewer where the file ends. Valid until the
   * next call.
   */
  async peek(offset: number, length: number): Promise<Buffer> {
    this.#steps += 1
    if (offset < this.#start || offset + length > this.#start + this.#length) await this.#load(offset)
    if (this.#steps > MAX_STEPS || this.#reads > MAX_READS) throw damaged('its header has no end')
    const from = offset - this.#start
    return this.#window.subarray(from, Math.min(from + length, this.#length))
  }

  /** The `length` bytes at `offset`. Throws IMAGE_CORRUPT when the file ends before. */
  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = await this.peek(offset, length)
    if (bytes.length < length) throw damaged('the file ends within its header')
    return bytes
  }

  async #load(offset: number): Promise<void> {
    this.#length = 0
    this.#start = offset
    for (let bytesRead = -1; bytesRead !== 0 && this.#length < WINDOW_BYTES; this.#length += bytesRead) {
      this.#reads += 1
      const room = WINDOW_BYTES - this.#length
      bytesRead = (await this.#file.read(this.#window, this.#length, room, offset + this.#length)).bytesRead
    }
  }
}

/** A verdict on the file, with what is wrong in words for the person who sent it. */
export function damaged(why: string): ImageError {
  return new ImageError('IMAGE_CORRUPT', `The image is damaged: ${why}. Send the original file again.`)
}

export function unsupportedCoding(what: string): ImageError {
  return new ImageError(
    'IMAGE_UNSUPPORTED',
    `The file is ${what}, which is not supported. Save it as a standard JPEG, PNG, WebP or GIF.`,
  )
}
