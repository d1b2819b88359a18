/**
 * The text models are missing or cannot be used: a problem of this machine, not of any photo. The
 * message says what to do.
 */
export class BibModelsError extends Error {
  readonly code = 'BIB_MODELS'

  constructor(what: string, options?: ErrorOptions) {
    super(`${what} Run "npm run models" or set BIBS_MODELS to a folder of PP-OCR models, see docs/bibs.md.`, options)
    this.name = 'BibModelsError'
  }
}
