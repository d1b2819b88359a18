import { expect, it } from 'vitest'
import { toImageError, toResourceError } from './decode-error.ts'
import { ImageError } from '../headers/image-error.ts'

const path = '/data/storage/images/1/original.jpg'

it.each([
  ['Input file contains unsupported image format', 'IMAGE_UNSUPPORTED'],
  ['VipsJpeg: Unsupported JPEG data precision 12', 'IMAGE_UNSUPPORTED'],
  ['Input image exceeds pixel limit', 'IMAGE_TOO_LARGE'],
  ['Input file has corrupt header: VipsJpeg: premature end of JPEG image', 'IMAGE_CORRUPT'],
  ['vipspng: libpng read error', 'IMAGE_CORRUPT'],
])('"%s" is %s, permanently', (message, code) => {
  expect(toImageError(new Error(message))).toMatchObject({ code, permanent: true })
})

it.each([
  'out of memory --- size == 512MB',
  'VipsJpeg: Insufficient memory (case 4)',
  'glib: Error creating thread: Resource temporarily unavailable',
  'Input file has corrupt header: vips_mapfile: unable to mmap\nunix error: Cannot allocate memory',
  'VipsForeignLoad: unable to open file\nunix error: Too many open files',
])('a lack of resources is not a verdict on the picture: %s', (message) => {
  const cause = new Error(message)
  for (const toError of [toImageError, toResourceError])
    expect(toError(cause)).toMatchObject({ name: 'ResourceError', code: 'MEMORY_LIMIT', cause })
})

it.each([
  new Error('VipsImage: unable to write: No space left on device'),
  new Error(`Input file is missing: ${path}`),
  Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }),
])('a machine problem is not a verdict on the picture: %s', (error) => {
  expect(toImageError(error)).toBe(error)
})

it('leaves a verdict unchanged', () => {
  const verdict = new ImageError('IMAGE_UNSUPPORTED', 'Out of memory')
  expect([toImageError(verdict), toResourceError(verdict)]).toEqual([verdict, verdict])
})

it('an error after decoding is not a verdict on the picture', () => {
  const error = new Error('VipsJpeg: some failure of the encoder')
  expect(toResourceError(error)).toBe(error)
})

it("keeps the decoder's message, which is meant for developers, as the cause", () => {
  const cause = new Error(`${path}: Warning treated as error due to failOn setting`)
  const error = toImageError(cause) as ImageError
  expect(error.message).toBe(
    'The image is damaged: some of its pixels are missing or cannot be read. Send the original file again.',
  )
  expect(error.cause).toBe(cause)
})
