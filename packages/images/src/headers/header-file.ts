import type { FileHandle } from 'node:fs/promises'
import { ImageError } from './image-error.ts'

/** Bytes per read. Most headers end within the first. */
const WINDOW_BYTES = 4096

/**
 * Maximum number of reads per header. A panorama with its depth map has some hundreds of segments
 * of 64 KB, so this exceeds any real picture.
 */
const MAX_READS = 1000

/**
 * Maximum number of steps: the metadata of a GIF comes in thousands of blocks of at most 255 bytes.
 */
const MAX_STEPS = 100_000

/**
 * A file whose header is read with bounded, positioned reads: whatever the file contains, reading
 * its header costs some milliseconds and the memory of one window.
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
   * Up to `length` bytes (at most 4096) at `offset`: fewer at the end of the file. Valid until the
   * next call.
   */
  async peek(offset: number, length: number): Promise<Buffer> {
    this.#steps += 1
    if (offset < this.#start || offset + length > this.#start + this.#length) await this.#load(offset)
    if (this.#steps > MAX_STEPS || this.#reads > MAX_READS) throw damaged('its header has no end')
    const from = offset - this.#start
    return this.#window.subarray(from, Math.min(from + length, this.#length))
  }

  /** The `length` bytes at `offset`. Throws IMAGE_CORRUPT if the file ends before. */
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

/** A verdict on the file, with an explanation for the person who sent it. */
export function damaged(why: string): ImageError {
  return new ImageError('IMAGE_CORRUPT', `The image is damaged: ${why}. Send the original file again.`)
}

export function unsupportedCoding(what: string): ImageError {
  return new ImageError(
    'IMAGE_UNSUPPORTED',
    `The file is ${what}, which is not supported. Save it as a standard JPEG, PNG, WebP or GIF.`,
  )
}
