/** Fields of ModelProto and StringStringEntryProto (onnx.proto). */
const METADATA = 14
const KEY = 1
const VALUE = 2
/** Wire types of protocol buffers. */
const VARINT = 0
const LENGTH_DELIMITED = 2

/**
 * The metadata of an ONNX model, which the runtime does not tell. Only the outermost fields are
 * visited, so it takes no time.
 */
export function metadataOfOnnx(model: Buffer): Map<string, string> {
  const entries = new Map<string, string>()
  for (const { field, bytes } of fieldsOf(model)) {
    if (field !== METADATA) continue
    const entry = new Map(Array.from(fieldsOf(bytes), (part) => [part.field, part.bytes.toString('utf8')]))
    entries.set(entry.get(KEY) ?? '', entry.get(VALUE) ?? '')
  }
  return entries
}

/** The fields that have bytes; whatever cannot be parsed ends them. */
function* fieldsOf(message: Buffer): Generator<{ field: number; bytes: Buffer }> {
  let at = 0
  const varint = (): number => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = message[at++]
      if (byte === undefined) return value
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
  }
  while (at < message.length) {
    const tag = varint()
    const wireType = tag & 7
    if (wireType === VARINT) {
      varint()
      continue
    }
    if (wireType !== LENGTH_DELIMITED) return
    const length = varint()
    yield { field: tag >>> 3, bytes: message.subarray(at, at + length) }
    at += length
  }
}
