import { expect, it } from 'vitest'
import { metadataOfOnnx } from './onnx-metadata.ts'

const field = (number: number, bytes: Buffer): Buffer => {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
}
const entry = (key: string, value: string): Buffer =>
  field(14, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]))
const version = Buffer.from([0x08, 0x07])

it('reads the metadata of a model behind its other fields', () => {
  const graph = field(7, Buffer.alloc(1000, 0xff))
  const model = Buffer.concat([version, graph, entry('character', 'a\nß\n点'), entry('x', 'y')])
  expect([...metadataOfOnnx(model)]).toEqual([
    ['character', 'a\nß\n点'],
    ['x', 'y'],
  ])
})

it('finds none in other bytes, and comes to an end', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('not a model'), Buffer.alloc(500, 0xff)])
    expect([...metadataOfOnnx(bytes).keys()].includes('character')).toBe(false)
})
