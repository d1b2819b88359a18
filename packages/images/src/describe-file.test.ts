import { expect, it } from 'vitest'
import { DESCRIBED_BYTES, describeFile } from './describe-file.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const ftyp = (brand: string): string => `\0\0\0\x1cftyp${brand}\0\0\0\0mif1heic`

/** A TIFF whose only directory has these tags. */
function tiff(tags: number[], order: 'II' | 'MM' = 'II'): Buffer {
  const file = Buffer.alloc(8 + 2 + 12 * tags.length)
  const word = (value: number, at: number) =>
    order === 'II' ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at)
  file.write(order, 0)
  word(42, 2)
  if (order === 'II') file.writeUInt32LE(8, 4)
  else file.writeUInt32BE(8, 4)
  word(tags.length, 8)
  tags.forEach((tag, index) => word(tag, 10 + 12 * index))
  return file
}

it.each<[string, Buffer, RegExp]>([
  ['HEIC', bytes(ftyp('heic')), /^a HEIC photo, the default of iPhones/],
  ['HEIC of ten bits', bytes(ftyp('heix')), /^a HEIC photo/],
  ['HEIC by its general brand', bytes(ftyp('mif1')), /^a HEIC photo/],
  ['AVIF', bytes(ftyp('avif')), /^an AVIF image/],
  ['MP4', bytes(ftyp('isom')), /^a video/],
  ['QuickTime', bytes(ftyp('qt  ')), /^a video/],
  ['WebM', bytes('\x1aE\xdf\xa3\x9f'), /^a video/],
  ['AVI', bytes('RIFF\x01\x02\x03\x04AVI LIST'), /^a video/],
  ['WAV', bytes('RIFF\x01\x02\x03\x04WAVEfmt '), /^an audio file/],
  ['TIFF', tiff([0x0100, 0x0101]), /^a TIFF image/],
  ['TIFF of a Mac', tiff([0x0100], 'MM'), /^a TIFF image/],
  ['a cut TIFF', bytes('II*\0'), /^a TIFF image/],
  ['DNG', tiff([0x0100, 0xc612]), /^a raw camera photo/],
  ['NEF and ARW', tiff([0x00fe, 0x014a], 'MM'), /^a raw camera photo/],
  ['CR2', bytes('II*\0\x10\0\0\0CR\x02\0'), /^a raw camera photo/],
  ['CR3', bytes(ftyp('crx ')), /^a raw camera photo/],
  ['RAF', bytes('FUJIFILMCCD-RAW 0201'), /^a raw camera photo/],
  ['BMP', bytes('BM\x36\0\x10\0\0\0\0\0\x36\0\0\0'), /^a BMP image/],
  ['JPEG XL', bytes('\xff\x0a\x00\x10'), /^a JPEG XL image/],
  ['JPEG 2000', bytes('\0\0\0\x0cjP  \r\n'), /^a JPEG 2000 image/],
  ['Photoshop', bytes('8BPS\0\x01'), /^a Photoshop document/],
  ['PDF', bytes('%PDF-1.7\n%\xe2\xe3'), /^a PDF document/],
  ['ZIP', bytes('PK\x03\x04\x14\0'), /^an archive/],
  ['gzip', bytes('\x1f\x8b\x08\0'), /^an archive/],
  ['tar', bytes(`${'photo.jpg'.padEnd(257, '\0')}ustar\0`), /^an archive/],
  ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), /^an SVG drawing/],
  ['SVG behind a prolog', bytes('<?xml version="1.0"?>\n<!-- by hand -->\n<svg>'), /^an SVG drawing/],
  ['HTML', bytes('\n<!DOCTYPE html><html lang="en">'), /^an HTML page/],
  ['HTML without a doctype', bytes('<html><svg></svg></html>'), /^an HTML page/],
  ['XML', bytes('<?xml version="1.0"?><photos/>'), /^an XML document/],
  ['JSON', bytes('{"error":"not found"}'), /^JSON text/],
  ['Base64', bytes('/9j/4AAQSkZJRgABAQ'), /^a Base64-encoded image/],
  ['a data URL', bytes('data:image/png;base64,iVBORw0K'), /^a Base64-encoded image/],
  ['text', Buffer.from('Grüße aus 東京\n'), /^text/],
  [
    'text that is cut within a character',
    Buffer.from('x'.repeat(DESCRIBED_BYTES - 1) + '東').subarray(0, DESCRIBED_BYTES),
    /^text/,
  ],
  ['a companion of macOS', bytes('\0\x05\x16\x07\0\x02\0\0Mac OS X'), /^a macOS companion file/],
  ['nothing', Buffer.alloc(0), /^empty: it has 0 bytes/],
  ['noise', bytes('\x01\x9c\x80\0\xfe\x13'), /^of an unknown type/],
  ['zeros', Buffer.alloc(DESCRIBED_BYTES), /^of an unknown type/],
])('%s', (_what, head, is) => {
  expect(describeFile(head)?.is).toMatch(is)
})

it.each(['\xff\xd8\xff\xe0', '\x89PNG\r\n\x1a\n', 'GIF89a', 'RIFF\x01\x02\x03\x04WEBP'])(
  'leaves the four formats to the engine',
  (mark) => {
    expect(describeFile(bytes(mark))).toBeUndefined()
  },
)

it('says what to do about a HEIC photo', () => {
  expect(describeFile(bytes(ftyp('heic')))?.advice).toContain('Most Compatible')
})

it('follows no pointers: a directory that points outside or is endless costs nothing', () => {
  const file = tiff([1])
  file.writeUInt32LE(0xff_ff_ff_ff, 4)
  expect(describeFile(file)?.is).toMatch(/^a TIFF/)
  file.writeUInt32LE(8, 4)
  file.writeUInt16LE(0xff_ff, 8)
  expect(describeFile(file)?.is).toMatch(/^a TIFF/)
})
