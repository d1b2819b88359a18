import { readFileSync } from 'node:fs'
import { problem } from '@darkroom/contracts'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { z } from 'zod'
import { SESSION_COOKIE } from '../admin/find-caller.ts'
import type { ApiLimits } from '../api-limits.ts'
import { RESOURCES } from '../resources.ts'
import { WEBHOOKS } from './document-webhooks.ts'
import { documentRoutes } from './document-routes.ts'
import { HEADERS } from '../../http/openapi/headers.ts'
import { noContent, problemsOf, type Operation, type Paths } from '../../http/openapi/operation.ts'
import { problemAnswers } from '../../http/openapi/problem-answers.ts'
import { problemExamples } from './problem-examples.ts'

export type OpenApiDocument = ReturnType<typeof createDocument>

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const DESCRIPTION = `
Upload a photo, get a response immediately, and download the variants when they are ready.

- **Errors** are problem documents (RFC 9457): branch on \`code\`, display \`detail\`.
- **Retries are safe**: with an \`Idempotency-Key\`, repeating an upload within 24 hours returns the original response.
- **Waiting**: \`?wait=\` delays the response until the task changes; \`/events\` streams all events of a task.
- **Sockets**: Socket.io at \`/socket.io/\`, over WebSockets: emit \`subscribe:job\` with a jobId or a task's id, and receive \`job:progress\`, \`job:completed\` or \`job:failed\`.
- \`HEAD\` works wherever \`GET\` does, \`OPTIONS\` everywhere. Other methods are answered with 405 and \`Allow\`, other paths with 404.
`.trim()

const TAGS = [
  { name: 'Tasks', description: 'Upload a photo, follow its task, download the variants' },
  { name: 'Batches', description: 'Upload many photos in one request' },
  { name: 'Uploads', description: 'Send a photo in pieces, or to the bucket; continue after an interruption' },
  { name: 'Assets', description: 'Pictures that tasks refer to by name, such as backgrounds' },
  { name: 'Webhooks', description: 'Where events are sent to, and what became of each delivery' },
  { name: 'Jobs', description: 'The same tasks in a simpler form, with fewer fields' },
  { name: 'Photos', description: 'Photos of races: upload them, and see whether their numbers have been read' },
  { name: 'Queues', description: 'Waiting and running jobs; pause and resume' },
  { name: 'Keys', description: 'API keys: create, list, rotate and revoke; what administrators did' },
  { name: 'Dead letters', description: 'Tasks that have failed and are no longer retried' },
  { name: 'Monitoring', description: 'Health, statistics, usage and metrics' },
]

const SECURITY_SCHEMES = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key with the named scope, an access token of `OIDC_ISSUER` with it, or the ADMIN_TOKEN of the installation, which has all scopes in the default tenant. With `AUTH=off` only administration requires one.',
  },
  uploadToken: { type: 'http', scheme: 'bearer', description: 'A token of `POST /api/v1/upload-tokens`, for browsers' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'The cookie that is set by signing in at /admin/login',
  },
} as const

/** The OpenAPI document of an installation: every path with its requests and responses. */
export function createOpenApiDocument(limits: ApiLimits): OpenApiDocument {
  const paths = allPaths(limits)
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const codes = [...new Set(operations.flatMap(problemsOf))]
  const document = createDocument(
    {
      openapi: '3.1.1',
      info: { title: 'Darkroom', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/' }],
      security: [],
      tags: TAGS,
      paths: toZodPaths(paths),
      webhooks: WEBHOOKS,
      components: { headers: HEADERS, examples: problemExamples(codes), securitySchemes: SECURITY_SCHEMES },
    },
    { override: ({ jsonSchema }) => leaveOutTheObvious(jsonSchema) },
  )
  return JSON.parse(JSON.stringify(document)) as OpenApiDocument
}

function allPaths(limits: ApiLimits): Paths {
  const { v1, aliases, atRoot, health, operators } = RESOURCES
  const found = [
    ...v1.map((routes) => routes.paths('/api/v1', limits)),
    ...aliases.map((routes) => routes.paths('/api', limits)),
    ...[...atRoot, ...health, ...operators, documentRoutes].map((routes) => routes.paths('', limits)),
  ]
  return withCrossSite(Object.assign({}, ...found) as Paths)
}

/** Any change can be refused, depending on the page that requests it. */
const withCrossSite = (paths: Paths): Paths =>
  mapOperations(paths, (operation, method) =>
    method === 'get' ? operation : { ...operation, problems: [...(operation.problems ?? []), 'CROSS_SITE_REQUEST'] },
  )

/** Information that a format already implies, and the bounds of all whole numbers. */
function leaveOutTheObvious(jsonSchema: {
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
}): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}

const mapOperations = <Made>(paths: Paths, make: (operation: Operation, method: string) => Made) =>
  Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, make(operation, method)])),
    ]),
  )

const toZodPaths = (paths: Paths): ZodOpenApiPathsObject =>
  mapOperations(paths, (operation, method) => toZodOperation(method === 'get' ? withCondition(operation) : operation))

function toZodOperation(operation: Operation): ZodOpenApiOperationObject {
  const { body, answers, problems: _problems, problemSchema = problem, ...rest } = operation
  const problems = problemAnswers(problemsOf(operation), problemSchema)
  // A probe responds with 503 in its own format, whereas other routes send a problem.
  const both = Object.entries(problems).map(([status, refused]) => [status, merge(answers[Number(status)], refused)])
  const responses = { ...answers, ...(Object.fromEntries(both) as typeof answers) }
  return { ...rest, ...(body && { requestBody: body }), responses } as ZodOpenApiOperationObject
}

const merge = (
  answer: ZodOpenApiResponseObject | undefined,
  problems: ZodOpenApiResponseObject,
): ZodOpenApiResponseObject =>
  answer
    ? {
        ...answer,
        description: `${answer.description}\n\n${problems.description}`,
        content: { ...answer.content, ...problems.content },
      }
    : problems

const ifNoneMatch = z
  .string()
  .optional()
  .meta({ description: 'The ETag of the response that you have: 304 if nothing has changed' })

/** Express handles conditional requests for all responses. */
function withCondition(operation: Operation): Operation {
  if (!(200 in operation.answers)) return operation
  const { requestParams = {}, answers } = operation
  const header = (requestParams.header ?? z.object({})) as z.ZodObject
  return {
    ...operation,
    requestParams: { ...requestParams, header: header.extend({ 'If-None-Match': ifNoneMatch }) },
    answers: { ...answers, 304: noContent('Not modified: the ETag still matches', 'ETag') },
  }
}
