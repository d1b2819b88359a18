import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { uncoveredCharacters } from './covered-characters.ts'
import { fontFiles } from './font-files.ts'
import { registerFonts } from './register-fonts.ts'

test.each(['São Paulo, −7 °C', 'Łódź Đà Nẵng Çeşme', 'Москва Київ', 'Αθήνα ἀρχή', '“quotes” — … & <b>'])(
  'the font has %s',
  (text) => expect(uncoveredCharacters(text)).toEqual([]),
)

test('reports each character that is missing once, also invisible ones', () => {
  expect(uncoveredCharacters('Sun ☀ 東京 東 😀')).toEqual(['☀', '東', '京', '😀'])
  expect(uncoveredCharacters('a\u202Eb\u0007')).toEqual(['\u202E', '\u0007'])
})

test('letters with combining marks count as the letters they form', () => {
  expect(uncoveredCharacters('A\u0301vila'.normalize('NFD'))).toEqual([])
})

test('what counts as covered is drawn by the font itself, not by one of the system', () => {
  registerFonts()
  const context = createCanvas(10, 10).getContext('2d')
  const families = fontFiles(400).map(({ family }) => family)
  expect(families.every((family) => GlobalFonts.has(family))).toBe(true)
  context.font = `40px ${families.map((family) => `"${family}"`).join(', ')}`
  // Advance widths of Inter Regular, in 1/2048 em: others have different ones.
  const widths = ['M', 'Ж', 'Ω', 'ẵ'].map((letter) => Math.round((context.measureText(letter).width / 40) * 2048))
  context.font = '40px sans-serif'
  const ofSystem = ['M', 'Ж', 'Ω', 'ẵ'].map((letter) => Math.round((context.measureText(letter).width / 40) * 2048))
  expect(widths.every((width, at) => width > 0 && width !== ofSystem[at])).toBe(true)
})
