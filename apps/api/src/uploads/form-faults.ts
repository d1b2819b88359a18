import type { Request } from 'express'
import multer from 'multer'
import { AppError } from '../app-error.ts'
import { pointerTo } from '../http/input.ts'
import { byteSize } from '../http/byte-size.ts'
import type { FormLimits } from './read-form.ts'

/** The error for a form that could not be read. An error of our disk is returned unchanged. */
export function formFault(error: unknown, req: Request, form: FormLimits): unknown {
  if (error instanceof multer.MulterError) return limitFault(error, req, form)
  if (error instanceof AppError || isSystemError(error)) return error
  if (error instanceof Error && /boundary not found/i.test(error.message)) return invalidForm(NO_BOUNDARY, error)
  return invalidForm(
    'The form is malformed or incomplete. Send it again; if this keeps happening, let an HTTP library encode the form.',
    error,
  )
}

const NO_BOUNDARY =
  'The Content-Type multipart/form-data has no boundary. Let your HTTP library set this header, because it knows the boundary.'

export const notMultipart = (
  req: Request,
  { fileFields: [field = 'file'], maxFiles }: Pick<FormLimits, 'fileFields' | 'maxFiles'>,
): AppError => {
  const type = req.get('Content-Type')
  const got =
    type === undefined ? 'The request has no Content-Type' : `The request is ${JSON.stringify(type.slice(0, 100))}`
  const form = `Send multipart/form-data with the photo in the field \`${field}\`: curl -F ${field}=@photo.jpg`
  const alone =
    maxFiles === 1 ? ` Or send the photo alone: curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg` : ''
  const message = `${got}. ${form}${alone}`
  return new AppError('NOT_MULTIPART', message)
}

/** The size is known if the request declares it, or if the file was read to its end. */
export const fileTooLarge = (
  most: number,
  found: { request?: number | undefined; file?: number | undefined } = {},
): AppError => {
  const { request, file } = found
  const size = file ?? request
  const got =
    size === undefined
      ? 'The file is too large'
      : `The ${file === undefined ? 'request' : 'file'} has ${byteSize(size)}`
  return new AppError(
    'FILE_TOO_LARGE',
    `${got}: a file may have at most ${byteSize(most)}. Reduce its size in pixels or increase its compression.`,
  )
}

export const noFile = (req: Request, [field = 'file']: readonly string[]): AppError => {
  const body = (req.body ?? {}) as Record<string, unknown>
  const text = ['file', 'image', 'files', 'photo', 'photos']
    .map((name) => body[name])
    .find((value) => typeof value === 'string')
  const got =
    text === undefined
      ? 'There is no file in the form'
      : `The form has the text ${JSON.stringify(text.slice(0, 50))} where the file should be`
  return new AppError('NO_FILE', `${got}. Send the photo itself in the field \`${field}\`: curl -F ${field}=@photo.jpg`)
}

function limitFault(error: multer.MulterError, req: Request, form: FormLimits): AppError {
  const { fileFields, maxFiles, maxFileBytes, maxFieldBytes, maxFields } = form
  const field = error.field ?? ''
  switch (error.code) {
    case 'LIMIT_FILE_SIZE':
      return fileTooLarge(maxFileBytes, { request: declaredBytes(req) })
    case 'LIMIT_FILE_COUNT':
      return tooManyFiles(maxFiles)
    case 'LIMIT_UNEXPECTED_FILE':
      return fileFields.includes(field) ? tooManyFiles(maxFiles) : unexpectedField(field, fileFields)
    case 'LIMIT_FIELD_VALUE': {
      const detail = `is longer than ${byteSize(maxFieldBytes)}`
      const pointer = pointerTo([field])
      return new AppError('INVALID_FIELD', `${pointer} ${detail}`, { errors: [{ pointer, detail }] })
    }
    case 'LIMIT_FIELD_COUNT':
    case 'LIMIT_PART_COUNT':
      return invalidForm(`The form has more than ${maxFields} fields in addition to its files.`, error)
    case 'LIMIT_FIELD_KEY':
      return invalidForm('The name of a form field is too long.', error)
    default:
      return invalidForm(
        'A form field has no name, or one with brackets: lists and nested fields are not supported.',
        error,
      )
  }
}

const tooManyFiles = (maxFiles: number): AppError =>
  new AppError(
    'TOO_MANY_FILES',
    maxFiles === 1
      ? 'The form has more than one file, but a task has only one. To upload many, send them to POST /api/v1/batches in the field `files`.'
      : `The form has more than ${maxFiles} files, the maximum of a batch. Send the rest in another batch.`,
  )

function unexpectedField(field: string, [first = 'file', ...others]: readonly string[]): AppError {
  const accepted = `\`${first}\`${others.length === 0 ? '' : ` (or ${others.map((name) => `\`${name}\``).join(', ')})`}`
  const message = `There is a file in the field ${JSON.stringify(field.slice(0, 100))}; files are accepted in the field ${accepted}.`
  return new AppError('UNEXPECTED_FILE_FIELD', message)
}

const invalidForm = (message: string, cause: unknown): AppError => new AppError('INVALID_MULTIPART', message, { cause })

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error

/** The size that a request declares, if it does. */
export function declaredBytes(req: { headers: { 'content-length'?: string | undefined } }): number | undefined {
  const { 'content-length': length } = req.headers
  return length === undefined ? undefined : Number(length)
}
