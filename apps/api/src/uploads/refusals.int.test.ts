import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { problem, task as taskSchema, type Task } from '@darkroom/contracts'
import { corpusFolder, sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPart, filePart, multipart, type Part } from '../../test/multipart.ts'
import { openSocket, sendRaw } from '../../test/raw-http.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'

const MIB = 1024 * 1024
let api: TestApi
let photo: Buffer

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi({
    UPLOAD_MAX_BYTES: String(MIB),
    BATCH_MAX_BYTES: String(3 * MIB),
    UPLOAD_MAX_FIELD_BYTES: '1000',
  })
})
afterAll(() => api.stop())

const post = (parts: readonly Part[], path = '/api/v1/tasks') => api.post(path, parts)

const refusalOf = ({ status, body }: Answer): string => {
  const { code, detail } = problem.strict().parse(body)
  return `${status} ${code}: ${detail}`
}

/** A form exactly as it is sent, written by hand. */
function postForm(form: string | Buffer, contentType = 'multipart/form-data; boundary=x'): Promise<Answer> {
  const body = typeof form === 'string' ? Buffer.from(form, 'latin1') : form
  return api.request('/api/v1/tasks', {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': contentType },
  })
}

const filePartOf = (headers: string): Buffer =>
  Buffer.concat([Buffer.from(`--x\r\n${headers}\r\n\r\n`), photo, Buffer.from('\r\n')])
const end = Buffer.from('--x--\r\n')

describe('forms as clients write them', () => {
  it('a file without a filename is accepted', async () => {
    const { status, body } = await postForm(
      Buffer.concat([filePartOf('Content-Disposition: form-data; name="file"\r\nContent-Type: image/jpeg'), end]),
    )
    expect([status, (body as Task).name]).toEqual([202, 'image'])
  })

  it('a boundary within another parameter is not the boundary', async () => {
    const form = filePartOf('Content-Disposition: form-data; name="file"\r\nContent-Type: image/jpeg')
    const contentType = 'multipart/form-data; note="; boundary=a"; boundary=x'
    expect((await postForm(Buffer.concat([form, end]), contentType)).status).toBe(202)
  })

  it('spaces after a boundary are allowed', async () => {
    const form = filePartOf('Content-Disposition: form-data; name="file"; filename="a.jpg"')
    const padded = Buffer.from(form.toString('latin1').replace('--x\r\n', '--x \t\r\n'), 'latin1')
    expect((await postForm(Buffer.concat([padded, Buffer.from('--x--  \r\n')]))).status).toBe(202)
  })

  it('metadata as a JSON blob is a field', async () => {
    const form = new FormData()
    form.append('metadata', new Blob(['{"album":7}'], { type: 'application/json' }))
    form.append('file', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'a.jpg')
    const { status, body } = await api.request('/api/v1/tasks', { method: 'POST', body: form })
    expect([status, (body as Task).metadata]).toEqual([202, { album: 7 }])
  })

  it('empty fields count as absent', async () => {
    const { status, body } = await post([
      fieldPart('ttlSeconds', ''),
      fieldPart('metadata', ''),
      fieldPart('name', ''),
      filePart(photo, 'a.jpg'),
    ])
    expect([status, (body as Task).name, (body as Task).metadata]).toEqual([202, 'a.jpg', {}])
  })

  it('a name keeps its joiners', async () => {
    const name = '👩‍👩‍👧 می‌خواهم.jpg'
    expect(taskSchema.parse((await post([filePart(photo, name)])).body).name).toBe(name)
  })
})

describe('an error names what was sent, what is accepted and what to do', () => {
  it('no boundary', async () => {
    expect(refusalOf(await postForm('--x\r\n', 'multipart/form-data'))).toBe(
      '400 INVALID_MULTIPART: The Content-Type multipart/form-data has no boundary. Let your HTTP library set this header, because it knows the boundary.',
    )
  })

  it('no form', async () => {
    expect(refusalOf(await postForm(photo, 'text/plain'))).toBe(
      '400 NOT_MULTIPART: The request is "text/plain". Send multipart/form-data with the photo in the field `file`: curl -F file=@photo.jpg Or send the photo alone: curl -H \'Content-Type: image/jpeg\' --data-binary @photo.jpg',
    )
  })

  it('a photo alone that is too large, declared or not, and one that breaks off', async () => {
    const large = Buffer.alloc(MIB + 1)
    expect(refusalOf(await postForm(large, 'image/png'))).toMatch(/^413 FILE_TOO_LARGE: The file has 1,048,577 bytes/)
    const head = 'POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n'
    const chunked = `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`
    const chunk = (bytes: Buffer): string => `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`
    const answer = await sendRaw(api.port, chunked + chunk(large) + '0\r\n\r\n')
    expect(answer.status).toBe(413)
    const broken = await openSocket(api.port)
    broken.write(`${head}Content-Length: 1000\r\n\r\nhalf`)
    await until(async () => (await api.temporaryFiles()).length === 1, { what: 'the upload to begin' })
    broken.destroy()
    await until(async () => (await api.temporaryFiles()).length === 0, { what: 'nothing to be left over' })
  })

  it('a file name instead of the file', async () => {
    expect(refusalOf(await post([fieldPart('file', 'beach.jpg')]))).toBe(
      '400 NO_FILE: The form has the text "beach.jpg" where the file should be. Send the photo itself in the field `file`: curl -F file=@photo.jpg',
    )
  })

  it.each(['file', 'image'])('two files, the second in %s', async (field) => {
    expect(refusalOf(await post([filePart(photo), filePart(photo, 'b.jpg', field)]))).toBe(
      '400 TOO_MANY_FILES: The form has more than one file, but a task has only one. To upload many, send them to POST /api/v1/batches in the field `files`.',
    )
  })

  it('a file in another field', async () => {
    expect(refusalOf(await post([filePart(photo, 'a.jpg', 'picture')]))).toBe(
      '400 UNEXPECTED_FILE_FIELD: There is a file in the field "picture"; files are accepted in the field `file` (or `image`).',
    )
  })

  it('a field that is too long', async () => {
    expect(refusalOf(await post([fieldPart('metadata', 'x'.repeat(1001)), filePart(photo)]))).toBe(
      '422 INVALID_FIELD: /metadata is longer than 1,000 bytes',
    )
  })

  it('a file that is too large, declared or not', async () => {
    const form = [filePart(Buffer.alloc(MIB + 1))]
    const { length } = multipart(form).body
    const most =
      'a file may have at most 1,048,576 bytes (1 MiB). Reduce its size in pixels or increase its compression.'
    expect(refusalOf(await post(form))).toBe(
      `413 FILE_TOO_LARGE: The request has ${length.toLocaleString('en')} bytes (1 MiB): ${most}`,
    )
    const declared =
      'POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 10485760\r\n\r\n'
    const answer = await sendRaw(api.port, declared)
    expect((answer.body as { detail: string }).detail).toBe(`The request has 10,485,760 bytes (10 MiB): ${most}`)
    const batch = await post([filePart(photo), ...form], '/api/v1/batches')
    expect(JSON.stringify(batch.body)).toContain(`The file has 1,048,577 bytes (1 MiB): ${most}`)
  })

  it('files that are too large in total', async () => {
    const form = [1, 2, 3, 4].map((index) => filePart(Buffer.alloc(MIB - 1000), `${index}.jpg`, 'files'))
    expect(refusalOf(await post(form, '/api/v1/batches'))).toMatch(
      /^413 BATCH_TOO_LARGE: The request has [\d,]+ bytes \(4 MiB\): a batch may have at most 3,145,728 bytes \(3 MiB\)\. Send the files in several batches\.$/,
    )
  })

  it.each([
    [
      'HEIC',
      '\0\0\0\x1cftypheic\0\0\0\0mif1heic',
      'a HEIC photo, the default of iPhones. JPEG, PNG, WebP and GIF images are accepted. Export it as JPEG',
    ],
    ['PDF', '%PDF-1.7', 'a PDF document. JPEG, PNG, WebP and GIF images are accepted. Export the page'],
    ['HTML', '<!doctype html><title>x</title>', 'an HTML page. JPEG'],
    ['text', 'beach.jpg', 'text. JPEG, PNG, WebP and GIF images are accepted. With curl'],
    ['nothing', '', 'empty: it has 0 bytes. JPEG'],
  ])('what is not an image: %s', async (_what, bytes, words) => {
    const answer = await post([filePart(Buffer.from(bytes, 'latin1'), 'IMG_0001.JPG')])
    expect(refusalOf(answer)).toContain(`415 IMAGE_UNSUPPORTED: The file is ${words}`)
  })

  it('an invalid query', async () => {
    const refused = async (query: string) => refusalOf(await api.request(`/api/v1/tasks?${query}`))
    expect(await refused('createdFrom=2026-05-01T12:00:00+02:00')).toBe(
      '400 INVALID_QUERY: /createdFrom must be a time such as 2026-01-31T00:00:00Z, not "2026-05-01T12:00:00 02:00"; in a URL, write the + of its offset as %2B',
    )
    expect(await refused('createdFrom=2026-02-01T00:00:00Z&createdTo=2026-01-01T00:00:00Z')).toBe(
      '400 INVALID_QUERY: /createdFrom must not be after createdTo',
    )
    expect(await refused('utm_source=x')).toContain('/utm_source is unknown; known are status, kind')
    const { links } = (await post([filePart(photo)])).body as Task
    expect((await api.request(`${links.self}?utm_source=x`)).status).toBe(200)
    expect(refusalOf(await api.request(`${links.download}?utm_source=x`))).toContain('409 TASK_NOT_READY')
  })
})

describe('an Idempotency-Key', () => {
  it.each(['/api/v1/tasks', '/api/jobs', '/api/v1/batches'])(
    'returns the same response right after its 202, at %s',
    async (path) => {
      for (let round = 0; round < 20; round++) {
        const headers = { 'idempotency-key': crypto.randomUUID() }
        const first = await api.post(path, [filePart(photo)], headers)
        const second = await api.post(path, [filePart(photo)], headers)
        expect([first.status, second.status]).toEqual([202, 202])
        expect(second.body).toEqual(first.body)
      }
    },
  )

  it('can be reused right after a refusal', async () => {
    for (let round = 0; round < 20; round++) {
      const headers = { 'idempotency-key': crypto.randomUUID() }
      expect((await api.post('/api/v1/tasks', [filePart(Buffer.from('no photo'))], headers)).status).toBe(415)
      expect((await api.post('/api/v1/tasks', [filePart(photo)], headers)).status).toBe(202)
    }
  })
})

/** Real files and clients, from a corpus that is stored next to the project. */
const corpus = join(corpusFolder() ?? '', 'field')

describe.skipIf(!existsSync(join(corpus, 'empty.jpg')))('the field corpus', () => {
  it.each([
    ['form-no-boundary.http', 400, /Let your HTTP library set this header/],
    ['form-json-blob.http', 202, /"metadata":\{"/],
    ['form-no-filename.http', 202, /"status":"pending"/],
    ['form-empty-text-fields.http', 202, /"metadata":\{\}/],
    ['form-name-zwj-zwnj.http', 202, /\u200d.*\u200c|\u200c.*\u200d/],
  ])('%s', async (name, status, text) => {
    const answer = await sendRaw(api.port, await readFile(join(corpus, name)))
    expect(answer.status).toBe(status)
    expect(Buffer.from(answer.text, 'latin1').toString()).toMatch(text)
  })

  it.each([
    ['heic-named-IMG_0001.JPG', 415, /HEIC.*iPhone/],
    ['empty.jpg', 415, /empty/],
    ['jpeg-12-bit.jpg', 415, /12/],
    ['png-cgbi-xcode.png', 415, /CgBI|Xcode|iOS/i],
    ['png-ihdr-crc.png', 422, /damaged/],
    ['png-3x65535.png', 422, /65/],
  ])('%s', async (name, status, text) => {
    const answer = await post([filePart(await readFile(join(corpus, name)), name)])
    expect([answer.status, problem.parse(answer.body).detail]).toEqual([status, expect.stringMatching(text)])
    expect(problem.parse(answer.body).detail).not.toMatch(/libvips|libpng|vips|sharp|failOn/i)
  })
})

it('refused forms leave nothing behind', async () => {
  await until(async () => (await api.temporaryFiles()).length === 0, { what: 'no temporary file' })
})
