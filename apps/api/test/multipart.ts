import { randomUUID } from 'node:crypto'

/** A part of a form exactly as it is sent: nothing is escaped or corrected. */
export interface Part {
  name: string
  value: Buffer | string
  filename?: string
  type?: string
}

export const filePart = (value: Buffer, filename = 'photo.jpg', name = 'file'): Part => ({
  name,
  value,
  filename,
  type: 'image/jpeg',
})

export const fieldPart = (name: string, value: string): Part => ({ name, value })

export const fieldParts = (fields: Record<string, string>): Part[] =>
  Object.entries(fields).map(([name, value]) => fieldPart(name, value))

/** The complete body of a form, in memory. */
export function multipart(parts: readonly Part[]): {
  body: Buffer<ArrayBuffer>
  contentType: string
  boundary: string
} {
  const boundary = `----test${randomUUID()}`
  const chunks = parts.flatMap((part) => [
    Buffer.from(partHead(part, boundary)),
    Buffer.from(part.value),
    Buffer.from('\r\n'),
  ])
  const body = Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)])
  return { body, boundary, contentType: `multipart/form-data; boundary=${boundary}` }
}

export function partHead({ name, filename, type }: Omit<Part, 'value'>, boundary: string): string {
  const file = filename === undefined ? '' : `; filename="${filename}"`
  const contentType = type === undefined ? '' : `Content-Type: ${type}\r\n`
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${contentType}\r\n`
}
