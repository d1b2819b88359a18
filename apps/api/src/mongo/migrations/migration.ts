/**
 * A change of stored documents. It is applied in batches while the API is serving, so the code must
 * be able to read both forms until it is done.
 */
export interface Migration {
  /** Never changes once released: migrations run in the order of their ids. */
  id: string
  description: string
  collection: string
  /**
   * The documents to change. A changed document must not match any more: a batch may be repeated.
   */
  outdated: Record<string, unknown>
  /**
   * The update, as an aggregation pipeline: the server computes it from the current document, so
   * that no concurrent write is lost.
   */
  up: Record<string, unknown>[]
}
