import { expect, it } from 'vitest'
import { createFormats } from './formats.ts'

const { bytes, share, duration } = createFormats('en')
const plain = (text: string): string => text.replaceAll('\u00A0', ' ')

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [33_400, '33 kB'],
  [999_600, '1 MB'],
  [4_630_000, '4.6 MB'],
  [164_000_000, '164 MB'],
  [50_300_000_000, '50.3 GB'],
])('%d bytes are %s', (value, text) => {
  expect(plain(bytes(value))).toBe(text)
})

it.each([
  [0.994, '99 %'],
  [0.9999, '99 %'],
  [1, '100 %'],
  [0, '0 %'],
])('%d is %s: only everything is 100 %%', (value, text) => {
  expect(plain(share(value))).toBe(text)
})

it.each([
  [304, '304 ms'],
  [2840, '2.8 s'],
  [34_000, '34 s'],
  [150_000, '3 min'],
  [7_200_000, '2 h'],
])('%d ms are %s', (ms, text) => {
  expect(plain(duration(ms))).toBe(text)
})

it('writes numbers as the language does', () => {
  expect(plain(createFormats('es').bytes(4_630_000))).toBe('4,6 MB')
})
