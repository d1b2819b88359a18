export interface FuzzRequest {
  method: string
  /** With its query. */
  path: string
  headers: Record<string, string>
  body: Buffer | undefined
}

/**
 * A request while it is being made up: the parts of its path are escaped, those of its query not
 * yet.
 */
export interface Draft extends Omit<FuzzRequest, 'path'> {
  segments: readonly string[]
  query: readonly [name: string, value: string][]
}

/** Makes a request of a draft, as far as Node can be made to send it. */
export function assemble({ segments, query, method, headers, body }: Draft): FuzzRequest {
  const search = query.map((pair) => pair.map(escaped).join('=')).join('&')
  const clean = Object.entries(headers).map(([name, value]) => [name, asHeader(value)])
  return {
    method,
    path: `${segments.join('/') || '/'}${search && `?${search}`}`,
    headers: Object.fromEntries(clean),
    body,
  }
}

/** What Node lets through as the value of a header. */
const asHeader = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')

export const escaped = (text: string): string => encodeURIComponent(text.toWellFormed())
