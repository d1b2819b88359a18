import type { Writable } from 'node:stream'
import { MIMEType } from 'node:util'
import type { Request, RequestHandler } from 'express'
import multer, { type Options, type StorageEngine } from 'multer'
import { FIELD_NAMES } from './upload-fields.ts'
import { askForBody } from '../http/ask-for-body.ts'
import { formFault, notMultipart } from './form-faults.ts'
import { FormTidier, type FormFields } from './form-tidier.ts'

export interface UploadLimits {
  maxFileBytes: number
  maxFieldBytes: number
}

export interface FormLimits extends UploadLimits {
  /** The first one is suggested to clients. */
  fileFields: readonly string[]
  maxFiles: number
  maxFields: number
}

const MAX_FIELDS = 20

/** Reads a form with files in some of its fields. */
export function readForm(storage: StorageEngine, given: Omit<FormLimits, 'maxFields'>): RequestHandler {
  const form = { ...given, maxFields: MAX_FIELDS }
  const fields = { files: form.fileFields, text: FIELD_NAMES }
  const options: Options & { streamHandler: (req: Request, parser: Writable) => void } = {
    storage,
    defParamCharset: 'utf8',
    preservePath: true, // we clean names ourselves; multer would drop a file whose name consists only of folders
    streamHandler: (req, parser) => feed(req, parser, fields),
    limits: {
      fileSize: form.maxFileBytes,
      files: form.maxFiles,
      fields: MAX_FIELDS,
      parts: MAX_FIELDS + form.maxFiles,
      fieldSize: form.maxFieldBytes,
      fieldNameSize: 100,
      fieldNestingDepth: 1,
      fieldArrayIndexLimit: 20,
    },
  }
  const upload = multer(options).fields(form.fileFields.map((name) => ({ name, maxCount: form.maxFiles })))

  return (req, res, next) => {
    if (!req.is('multipart/form-data')) return next(notMultipart(req, form))
    askForBody(req, res)
    upload(req, res, (error: unknown) => next(error ? formFault(error, req, form) : undefined))
  }
}

/**
 * Pipes a form into its parser, tidied. This happens in the parser's own write, not in a stream in
 * between: when a form is refused, multer disconnects the request from the parser, and such a
 * stream would never drain.
 */
function feed(req: Request, parser: Writable, fields: FormFields): void {
  const { params } = new MIMEType(req.get('Content-Type') ?? '')
  const tidier = new FormTidier(params.get('boundary') ?? '', fields)
  const write = parser._write.bind(parser)
  const final = parser._final.bind(parser)
  const pass = (bytes: Buffer, done: (error?: Error | null) => void): void =>
    bytes.length > 0 ? write(bytes, 'utf8', done) : done()
  parser._write = (chunk: Buffer, _encoding, done) => pass(tidier.take(chunk), done)
  parser._final = (done) => pass(tidier.rest(), (error) => (error ? done(error) : final(done)))
  req.pipe(parser)
}
