export interface FormFields {
  /** Fields that contain files, with or without a filename. */
  files: readonly string[]
  /** Fields that contain text, even if the client sends a filename. */
  text: readonly string[]
}

/** The head of a part that is longer is not changed: the form parser has its own limit. */
const MAX_HEAD_BYTES = 16 * 1024
const [LINE_END, HEAD_END, PREAMBLE] = ['\r\n', '\r\n\r\n', '\r\n'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
]
const NOTHING = Buffer.alloc(0)

/**
 * Rewrites the heads of a form's parts that are written in a valid or common way which the form
 * parser does not support: spaces after a boundary (RFC 2046, section 5.1.1), a file without a
 * filename, and a text field with one (a browser's `append(name, new Blob([json]))`). The data
 * between the heads passes through unchanged, without a copy.
 */
export class FormTidier {
  readonly #fields: FormFields
  readonly #delimiter: Buffer
  #within: 'content' | 'head' | 'end' = 'content'
  /** Received but still incomplete: the beginning of a delimiter, or of a head. */
  #held = PREAMBLE
  /** From the next end of a head to the end of the data; 0 if there is none. */
  #afterHead = Infinity

  constructor(boundary: string, fields: FormFields) {
    this.#fields = fields
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  /** What to parse instead of this chunk of the form. */
  take(chunk: Buffer): Buffer {
    const ready: Buffer[] = []
    let data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = NOTHING
    this.#afterHead = Infinity
    while (data.length > 0) data = this.#step(data, ready)
    return ready.length === 1 ? (ready[0] ?? NOTHING) : Buffer.concat(ready)
  }

  /** What was still held back when the form ended. */
  rest(): Buffer {
    return this.#held
  }

  /** Processes as much of the data as possible; returns what is to be processed next. */
  #step(data: Buffer, ready: Buffer[]): Buffer {
    if (this.#within === 'end') {
      ready.push(data)
      return NOTHING
    }
    return this.#within === 'content' ? this.#content(data, ready) : this.#head(data, ready)
  }

  #content(data: Buffer, ready: Buffer[]): Buffer {
    const at = data.indexOf(this.#delimiter)
    if (at >= 0) {
      const end = at + this.#delimiter.length
      ready.push(data.subarray(0, end))
      this.#within = 'head'
      return data.subarray(end)
    }
    const keep = this.#overlap(data)
    ready.push(keep === 0 ? data : data.subarray(0, -keep))
    this.#held = keep === 0 ? NOTHING : Buffer.from(data.subarray(-keep))
    return NOTHING
  }

  #head(data: Buffer, ready: Buffer[]): Buffer {
    const lineEnd = data.indexOf(LINE_END)
    const headEnd = lineEnd < 0 ? -1 : this.#headEnd(data, lineEnd)
    const isLast = data.subarray(0, 2).toString('latin1') === '--'
    if (!isLast && headEnd < 0 && data.length < MAX_HEAD_BYTES) {
      this.#held = Buffer.from(data)
      return NOTHING
    }
    this.#within = isLast ? 'end' : 'content'
    // Followed by something other than spaces: it only begins like the boundary.
    if (isLast || headEnd < 0 || !/^[ \t]*$/.test(data.toString('latin1', 0, lineEnd))) return this.#pass(data, ready)
    if (headEnd === lineEnd) return data.subarray(lineEnd)
    ready.push(Buffer.from(`\r\n${this.#tidy(data.toString('latin1', lineEnd + 2, headEnd))}`, 'latin1'))
    return data.subarray(headEnd)
  }

  /** Searches no byte twice, however many delimiters come before the next end of a head. */
  #headEnd(data: Buffer, from: number): number {
    if (this.#afterHead > data.length - from) {
      const at = data.indexOf(HEAD_END, from)
      this.#afterHead = at < 0 ? 0 : data.length - at
    }
    return this.#afterHead === 0 ? -1 : data.length - this.#afterHead
  }

  /** Treats it as content, unless the form has ended. */
  #pass(data: Buffer, ready: Buffer[]): Buffer {
    return this.#within === 'end' ? this.#step(data, ready) : this.#content(data, ready)
  }

  #tidy(head: string): string {
    const [, disposition = '', name = ''] =
      /^(content-disposition:[^\r\n]*?[; ]name="?([^"\r\n;]*)"?[^\r\n]*)$/im.exec(head) ?? []
    const hasFilename = /;\s*filename\*?=/i.test(disposition)
    if (this.#fields.text.includes(name) && hasFilename) {
      const bare = head.replace(disposition, () => `Content-Disposition: form-data; name="${name}"`)
      return bare.replace(/^content-type:\s*application\/octet-stream[^\r\n]*(\r\n|$)/im, '').replace(/\r\n$/, '')
    }
    const isFile = this.#fields.files.includes(name) && !hasFilename && /^content-type:(?!\s*text\/plain)/im.test(head)
    return isFile ? head.replace(disposition, () => `${disposition}; filename="image"`) : head
  }

  /** The number of bytes at the end that may be the beginning of a delimiter. */
  #overlap(data: Buffer): number {
    const most = Math.min(data.length, this.#delimiter.length - 1)
    for (let length = most; length > 0; length--) {
      if (
        data[data.length - length] === this.#delimiter[0] &&
        this.#delimiter.subarray(0, length).equals(data.subarray(-length))
      )
        return length
    }
    return 0
  }
}
