import { EventEmitter } from 'node:events'
import type { Logger } from '@darkroom/runtime'
import { recordLog } from '@darkroom/testing'
import type { Request, Response } from 'express'
import { expect, it } from 'vitest'
import { logRequests } from './log-requests.ts'
import { noteUpload, type UploadNote } from '../uploads/note-upload.ts'

interface Given {
  path?: string
  status: number
  note?: UploadNote
  code?: string
  requestId?: string
}

/**
 * One request through the middleware: the line that it leaves, and the headers that it is answered
 * with.
 */
function passed({ path = '/api/v1/tasks', status, note = {}, code, requestId }: Given) {
  const { log, lines } = recordLog<Logger>()
  const sent: Record<string, string> = {}
  const res = Object.assign(new EventEmitter(), {
    ...{ locals: { code }, statusCode: status, writableFinished: true },
    set: (name: string, value: string) => (sent[name] = value),
  })
  const headers: Record<string, string | undefined> = { 'x-request-id': requestId, 'content-length': '77' }
  const req = {
    method: 'POST',
    originalUrl: `${path}?x=1`,
    get: (name: string) => headers[name],
    res,
  } as unknown as Request
  logRequests(log)(req, res as unknown as Response, () => {})
  noteUpload(req, note)
  res.emit('close')
  return { line: lines[0], count: lines.length, sent }
}

it('an accepted upload is one line at info: request, task, file, bytes', () => {
  const { line, count, sent } = passed({
    status: 202,
    note: { file: 'beach.jpg', bytes: 5, taskId: 'x' },
    requestId: 'mine-1',
  })
  expect([count, sent['X-Request-Id']]).toEqual([1, 'mine-1'])
  expect(line).toMatchObject({
    level: 'info',
    message: 'upload accepted',
    reqId: 'mine-1',
    file: 'beach.jpg',
    bytes: 5,
    taskId: 'x',
    status: 202,
  })
})

it('a refused one has the code and, if the file was not read, the announced length', () => {
  const { line, sent } = passed({ path: '/api/jobs', status: 415, code: 'IMAGE_UNSUPPORTED', requestId: 'not an id\n' })
  expect(line).toMatchObject({
    level: 'info',
    message: 'upload refused',
    code: 'IMAGE_UNSUPPORTED',
    status: 415,
    bytes: 77,
  })
  expect(sent['X-Request-Id']).toMatch(/^[0-9a-f-]{36}$/)
  expect(line).toMatchObject({ reqId: sent['X-Request-Id'] })
})

it('other requests are only logged at debug, unless they failed', () => {
  expect(passed({ path: '/api/v1/tasks/x/cancel', status: 202 }).line).toMatchObject({
    level: 'debug',
    message: 'request completed',
  })
  expect(passed({ path: '/api/v1/batches', status: 503, code: 'STORE_UNAVAILABLE' }).line).toMatchObject({
    level: 'warn',
    message: 'upload refused',
  })
})
