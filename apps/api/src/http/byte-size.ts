const MIB = 1024 * 1024

/** A size for people and for programs: `52,428,800 bytes (50 MiB)`. */
export function byteSize(bytes: number): string {
  const exact = `${bytes.toLocaleString('en')} bytes`
  return bytes < MIB ? exact : `${exact} (${Math.round((bytes / MIB) * 10) / 10} MiB)`
}
