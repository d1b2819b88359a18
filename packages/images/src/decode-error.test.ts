import { expect, it } from 'vitest'
import { toImageError } from './decode-error.ts'
import { ImageError } from './image-error.ts'

const path = '/data/storage/images/1/original.jpg'

it.each([
  ['Input file contains unsupported image format', 'IMAGE_UNSUPPORTED'],
  ['Input image exceeds pixel limit', 'IMAGE_TOO_LARGE'],
  ['Input file has corrupt header: VipsJpeg: premature end of JPEG image', 'IMAGE_CORRUPT'],
  ['vipspng: libpng read error', 'IMAGE_CORRUPT'],
])('"%s" is %s, once and for all', (message, code) => {
  expect(toImageError(new Error(message), path)).toMatchObject({ code, permanent: true })
})

it.each([
  new Error('out of memory --- size == 512MB'),
  new Error('VipsImage: unable to write: No space left on device'),
  new Error(`Input file is missing: ${path}`),
  Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }),
])('trouble of the machine is no verdict on the picture: %s', (error) => {
  expect(toImageError(error, path)).toBe(error)
})

it('leaves a verdict as it is', () => {
  const verdict = new ImageError('IMAGE_UNSUPPORTED', 'No.')
  expect(toImageError(verdict, path)).toBe(verdict)
})

it('repeats of the decoder one short line of plain characters, without the path', () => {
  const error = toImageError(new Error(`${path}: bad marker \u001b[31m\u202e${'x'.repeat(500)}\nmore`), path)
  const { message } = error as ImageError
  expect(message).toMatch(/^The image is damaged and cannot be decoded \(file: bad marker \?\[31m\?x+\)\.$/)
  expect(message.length).toBeLessThan(200)
})
