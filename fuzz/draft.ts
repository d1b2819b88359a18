export interface FuzzRequest {
  method: string
  /** Including the query. */
  path: string
  headers: Record<string, string>
  body: Buffer | undefined
}

/** A request under construction: the parts of its path are escaped, those of its query not yet. */
export interface Draft extends Omit<FuzzRequest, 'path'> {
  segments: readonly string[]
  query: readonly [name: string, value: string][]
}

/** Turns a draft into a request, as far as Node can send it. */
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

/** The characters that Node accepts in a header value. */
const asHeader = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')

export const escaped = (text: string): string => encodeURIComponent(text.toWellFormed())
