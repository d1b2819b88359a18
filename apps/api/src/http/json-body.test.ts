import { problem } from '@darkroom/contracts'
import express, { type RequestHandler } from 'express'
import supertest from 'supertest'
import { expect, it } from 'vitest'
import { recordLog } from '@darkroom/testing'
import type { Logger } from '@darkroom/runtime'
import { toAppError } from '../to-app-error.ts'
import { jsonBody, orNoBody } from './json-body.ts'
import { problemHandler } from './problem.ts'

const app = express()
const readJson = jsonBody(1000)
const echo: RequestHandler = (req, res) => void res.json(req.body)
app.post('/required', ...readJson, echo)
app.post('/optional', ...orNoBody(readJson), echo)
app.get('/named/:id', (_req, res) => void res.end())
app.use(problemHandler(recordLog<Logger>().log, toAppError))

const post = (path: string, body?: string, headers: Record<string, string> = {}) => {
  const request = supertest(app)
    .post(path)
    .set({ 'content-type': 'application/json', ...headers })
  return body === undefined ? request : request.send(body)
}

it.each([
  ['{bad', 'The body is not valid JSON: the mistake is at line 1, column 2.'],
  ['{\n  "a": 1,\n}', 'The body is not valid JSON: the mistake is at line 3, column 1.'],
  ['{"a":', 'The body is not valid JSON: it ends too early.'],
  ['{"password":"secret"]', 'The body is not valid JSON: the mistake is at line 1, column 21.'],
  ['null', 'The body is null: it must be a JSON object, such as { "name": "beach.jpg" }.'],
  ['"x"', expect.stringContaining('The body is a string: it must be a JSON object')],
  ['[]', expect.stringContaining('The body is a list: it must be a JSON object')],
])('%j is refused with what is wrong with it', async (text, detail) => {
  const { status, body } = await post('/required', text)
  expect([status, problem.parse(body).code, problem.parse(body).detail]).toEqual([400, 'INVALID_JSON', detail])
})

it('a body that is not compressed as it says, and a path that is not encoded, say so', async () => {
  const { body } = await post('/required', '{}', { 'content-encoding': 'gzip' })
  expect(problem.parse(body)).toMatchObject({ status: 400, detail: expect.stringContaining('Content-Encoding') })
  const { body: other } = await supertest(app).get('/named/%zz')
  expect(problem.parse(other)).toMatchObject({ status: 400, detail: expect.stringContaining('%25') })
})

it('no body at all is an empty object where no field is required, and only there', async () => {
  const { status, body } = await supertest(app).post('/optional')
  expect([status, body]).toEqual([200, {}])
  expect((await post('/optional')).body).toEqual({})
  expect((await post('/optional', '{"a":1}')).body).toEqual({ a: 1 })
  expect((await supertest(app).post('/optional').type('text/plain').send('x')).status).toBe(415)
  expect((await supertest(app).post('/required')).status).toBe(415)
})
