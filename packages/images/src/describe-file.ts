/* oxlint-disable no-control-regex -- the marks of binary files are made of control characters */
// Own signatures instead of a library: the ones that know most formats follow their inner
// structure, and crafted files have repeatedly sent them into infinite loops, here in the thread
// that serves all clients. Nothing is followed here.

/** Only this much of a file is inspected. */
export const DESCRIBED_BYTES = 4096

/** What a file is, to follow "The file is", and what its sender can do about it. */
export interface Description {
  is: string
  advice?: string
}

const EXPORT: Pick<Description, 'advice'> = { advice: 'Save or export it as JPEG.' }
const HEIC: Description = {
  is: 'a HEIC photo, the default of iPhones',
  advice: 'Export it as JPEG, or switch the iPhone to JPEG: Settings, Camera, Formats, Most Compatible.',
}
const AVIF: Description = { is: 'an AVIF image', ...EXPORT }
const RAW: Description = { is: 'a raw camera photo', advice: 'Develop it and export it as JPEG.' }
const VIDEO: Description = { is: 'a video', advice: 'Send a single frame as an image.' }
const SOUND: Description = { is: 'an audio file' }
const ARCHIVE: Description = { is: 'an archive or an office document', advice: 'Unpack it and send the photos in it.' }

/** By the brand of an ISO media file. Any other brand is a video. */
const BRANDS: [RegExp, Description][] = [
  [/^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/, HEIC],
  [/^avi[fs]/, AVIF],
  [/^crx /, RAW],
  [/^M4[ABP] /, SOUND],
]

/** By the first bytes, as Latin-1. */
const MARKS: [RegExp, Description][] = [
  [/^(FUJIFILMCCD-RAW|II(RO|RS|U\0)|MMOR|\0MRM|FOVb|II\*\0....CR)/s, RAW],
  [/^(MM\0\*|II\*\0|MM\0\+|II\+\0)/, { is: 'a TIFF image', ...EXPORT }],
  [/^BM.{4}\0{4}/s, { is: 'a BMP image', ...EXPORT }],
  [/^(\xff\x0a|\0\0\0\x0cJXL )/, { is: 'a JPEG XL image', ...EXPORT }],
  [/^\0\0\0\x0cjP {2}/, { is: 'a JPEG 2000 image', ...EXPORT }],
  [/^8BPS/, { is: 'a Photoshop document', ...EXPORT }],
  [/^\0\0[\x01\x02]\0/, { is: 'an icon', ...EXPORT }],
  [/^%PDF/, { is: 'a PDF document', advice: 'Export the page as JPEG or PNG.' }],
  [/^(%!PS|\xc5\xd0\xd3\xc6)/, { is: 'a PostScript document', ...EXPORT }],
  [/^(\x1aE\xdf\xa3|RIFF.{4}AVI |FLV|\0\0\x01[\xb3\xba]|0&\xb2u\x8e)/s, VIDEO],
  [/^(ID3|fLaC|OggS|RIFF.{4}WAVE|\xff[\xf2-\xfb])/s, SOUND],
  [/^(PK[\x03\x05]|Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ|.{257}ustar)/s, ARCHIVE],
  [
    /^\0\x05\x16\x07/,
    {
      is: 'a macOS companion file (its name starts with `._`)',
      advice: 'Send the photo itself.',
    },
  ],
]

/** By the beginning of a text. */
const TEXTS: [RegExp, Description][] = [
  [
    /^<!doctype html|^<(html|head|body|script)\b/i,
    { is: 'an HTML page', advice: 'Its URL leads to a web page about the image: download the image itself.' },
  ],
  [/^(<\?xml[^]*|<!--[^]*|<!doctype svg[^]*)?<svg\b/i, { is: 'an SVG drawing', advice: 'Export it as PNG.' }],
  [
    /^(data:image\/|\/9j\/|iVBORw0KGgo|R0lGOD|UklGR)/,
    { is: 'a Base64-encoded image', advice: 'Decode it and send the bytes.' },
  ],
  [/^</, { is: 'an XML document' }],
  [/^[{[]/, { is: 'JSON text' }],
]

/**
 * States what a file is that is not of the four formats; undefined for a file that begins like one
 * of them.
 */
export function describeFile(head: Buffer): Description | undefined {
  const start = head.toString('latin1')
  if (/^(\xff\xd8|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP)/s.test(start)) return undefined
  if (head.length === 0)
    return { is: 'empty: it has 0 bytes', advice: 'Check whether it was written or copied completely.' }
  const brand = /^.{4}ftyp(.{4})/s.exec(start)?.[1]
  if (brand !== undefined) return find(BRANDS, brand) ?? VIDEO
  if (isRawTiff(head)) return RAW
  return find(MARKS, start) ?? describeText(head) ?? { is: 'of an unknown type' }
}

const find = (list: [RegExp, Description][], text: string): Description | undefined =>
  list.find(([mark]) => mark.test(text))?.[1]

function describeText(head: Buffer): Description | undefined {
  const text = new TextDecoder().decode(head).replace(/\uFFFD{0,3}$/, '')
  // Control characters, or not Unicode: not a text.
  if (/[\0-\x08\x0e-\x1a\x1c-\x1f\uFFFD]/.test(text)) return undefined
  return (
    find(TEXTS, text.trimStart()) ?? {
      is: 'text',
      advice: 'With curl, put an @ in front of the file name: -F file=@photo.jpg',
    }
  )
}

const SUB_IFDS = 0x014a
const DNG_VERSION = 0xc612

/**
 * Most raw formats are TIFF files that keep the image in a directory of its own, or have the DNG
 * tag (TIFF 6.0, section 2).
 */
function isRawTiff(head: Buffer): boolean {
  const order = head.toString('latin1', 0, 4)
  if (order !== 'II*\0' && order !== 'MM\0*') return false
  const isLittle = order.startsWith('I')
  const word = (at: number): number =>
    at + 2 > head.length ? 0 : isLittle ? head.readUInt16LE(at) : head.readUInt16BE(at)
  const directory = head.length < 8 ? head.length : isLittle ? head.readUInt32LE(4) : head.readUInt32BE(4)
  const entries = Math.min(word(directory), DESCRIBED_BYTES / 12)
  return Array.from({ length: entries }, (_, index) => word(directory + 2 + 12 * index)).some(
    (tag) => tag === SUB_IFDS || tag === DNG_VERSION,
  )
}
