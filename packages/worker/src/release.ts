import { readFileSync } from 'node:fs'

/** The release that this worker is part of. */
export function readRelease(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
