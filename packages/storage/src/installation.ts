/** The file in a storage that identifies the installation whose files it holds. */
export const INSTALLATION_MARKER = '.darkroom.json'

/** The content of the marker. */
export const markerText = (id: string): string => `${JSON.stringify({ installation: id })}\n`

/** The id in a marker; undefined if it has none. */
export function parseMarker(text: string): string | undefined {
  try {
    const { installation } = JSON.parse(text) as { installation?: unknown }
    return typeof installation === 'string' ? installation : undefined
  } catch {
    return undefined
  }
}
