import { Readable } from 'node:stream'
import { ERRORS, Server } from '@tus/server'
import type { Request as ExpressRequest, RequestHandler, Response as ExpressResponse } from 'express'
import { AppError } from '../../app-error.ts'
import { askForBody } from '../../http/ask-for-body.ts'
import { noteUpload } from '../note-upload.ts'
import type { FinishUpload } from './finish-upload.ts'
import type { OpenUpload } from './open-upload.ts'
import type { RedisLocker } from './redis-locker.ts'
import { newUploadId } from './staged-upload-store.ts'
import type { TusDatastore } from './tus-datastore.ts'
import { invalidHeaders, tusFault, wrongOffset } from './tus-faults.ts'

export const TUS_VERSION = '1.0.0'
const PATH = '/api/v1/uploads'

/** A web request, as the tus server knows it, and the one that it stands for. */
type TusRequest = Request & { runtime: { node: { req: ExpressRequest; res: ExpressResponse } } }
const expressOf = (request: unknown): ExpressRequest => (request as TusRequest).runtime.node.req

/**
 * Handles requests of the tus protocol, version 1.0.0 (https://tus.io/protocols/resumable-upload).
 * The responses have our headers for web pages of other origins, and errors are problems.
 */
export function createServeTus(deps: {
  datastore: TusDatastore
  locker: RedisLocker
  openUpload: OpenUpload
  finish: FinishUpload
  maxBytes: number
}): RequestHandler {
  const { datastore, locker, openUpload, finish, maxBytes } = deps
  const faults = new WeakMap<ExpressRequest, unknown>()

  const finished = async (req: ExpressRequest, id: string): Promise<string> => {
    const taskId = await finish(await openUpload.find(req, id))
    noteUpload(req, { taskId })
    return `/api/v1/tasks/${taskId}`
  }
  const tus = new Server({
    path: PATH,
    relativeLocation: true,
    datastore,
    locker,
    maxSize: maxBytes,
    allowedOrigins: () => false,
    namingFunction: newUploadId,
    getFileIdFromRequest: (request) => String(expressOf(request).params['id']),
    onUploadCreate: async (request, { id, size = 0, metadata = {} }) => {
      await openUpload.create(expressOf(request), { id, bytes: size, metadata })
      return {}
    },
    onUploadFinish: async (request, { id }) => {
      const location = await finished(expressOf(request), id)
      // The response to a POST names the upload: its task is found there.
      return request.method === 'PATCH' ? { headers: { Location: location } } : {}
    },
    onResponseError: (request, error) => {
      faults.set(expressOf(request), error)
      return undefined
    },
  })

  return async (req, res, next) => {
    if (req.get('Tus-Resumable') !== TUS_VERSION) throw unsupportedVersion()
    const id = req.params['id']
    // A process may have died between the last byte and the task: the client asks how much is
    // missing, and gets the task.
    const location = id !== undefined && req.method === 'HEAD' ? await locationIfComplete(req, String(id)) : undefined
    const response = await tus.handleWeb(toWebRequest(req, res) as never)
    const fault = faults.get(req)
    if (fault === ERRORS.INVALID_OFFSET)
      throw wrongOffset(req.get('Upload-Offset'), (await datastore.getUpload(String(id))).offset)
    if (fault !== undefined) return next(tusFault(fault, maxBytes))
    if (response.status >= 400) throw invalidHeaders(await response.text(), (name) => req.get(name))
    if (location !== undefined) res.set('Location', location)
    sendHeaders(response, res)
  }

  async function locationIfComplete(req: ExpressRequest, id: string): Promise<string | undefined> {
    const upload = await openUpload.find(req, id)
    const { offset, size } = await datastore.getUpload(id)
    return upload.taskId !== null || offset === size ? finished(req, id) : undefined
  }
}

/** None of them has a body. */
function sendHeaders(response: Response, res: ExpressResponse): void {
  for (const [name, value] of response.headers) {
    // Which pages may read a response is decided for all routes at once.
    if (!name.startsWith('access-control-') && !name.startsWith('content-')) res.setHeader(name, value)
  }
  res.status(response.status).end()
}

/** The body is only read if the tus server accepts it: until then a refusal leaves it alone. */
function toWebRequest(req: ExpressRequest, res: ExpressResponse): TusRequest {
  const headers = new Headers(
    Object.entries(req.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  const request = new Request(`http://localhost${req.originalUrl}`, { method: req.method, headers })
  let body: ReadableStream | undefined
  const read = (): ReadableStream => {
    askForBody(req, res)
    return (body ??= Readable.toWeb(req) as ReadableStream)
  }
  Object.defineProperty(request, 'body', { get: read })
  return Object.assign(request, { runtime: { node: { req, res } } })
}

const unsupportedVersion = (): AppError =>
  new AppError(
    'UNSUPPORTED_TUS_VERSION',
    `This is the address of resumable uploads: send Tus-Resumable: ${TUS_VERSION}, or let a tus client do it. A whole file goes to POST /api/v1/tasks.`,
    { headers: { 'Tus-Version': TUS_VERSION } },
  )
