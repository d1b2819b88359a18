import { PROBLEMS, type ProblemCode } from '@darkroom/contracts'
import type { z } from 'zod'
import type { ZodOpenApiMediaTypeObject, ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi'
import { headers, type HeaderName } from './headers.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/**
 * The requests and responses of one method of one path. The errors that every request can get are
 * added to it.
 */
export interface Operation extends Omit<ZodOpenApiOperationObject, 'responses' | 'requestBody'> {
  operationId: string
  summary: string
  body?: NonNullable<ZodOpenApiOperationObject['requestBody']>
  /** By status. */
  answers: Record<number, ZodOpenApiResponseObject>
  problems?: readonly ProblemCode[]
  /** For problems with additional members. */
  problemSchema?: z.ZodType
}

/** By path, in OpenAPI syntax, and method. */
export type Paths = Record<string, Partial<Record<Method, Operation>>>

type Answer = ZodOpenApiResponseObject

/** JSON with examples, by what they show. */
interface JsonContent<Schema extends z.ZodType> {
  schema: Schema
  examples: Record<string, z.output<Schema>>
}

export const json = <Schema extends z.ZodType>(
  description: string,
  { schema, examples }: JsonContent<Schema>,
  ...names: HeaderName[]
): Answer => content(description, 'application/json', { schema, examples: toExamples(examples) }, ...names)

/** A JSON request body, with examples. */
export const jsonRequest = <Schema extends z.ZodType>({
  schema,
  examples,
}: {
  schema: Schema
  examples: Record<string, z.input<Schema>>
}) => ({
  required: true,
  content: { 'application/json': { schema, examples: toExamples(examples) } },
})

/** For `orNoBody`. */
export const optionalJson = <Schema extends z.ZodType>(request: Parameters<typeof jsonRequest<Schema>>[0]) => ({
  ...jsonRequest(request),
  required: false,
})

export const toExamples = (examples: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]))

export const noContent = (description: string, ...names: HeaderName[]): Answer => ({
  description,
  headers: headers(names),
})

export const content = (
  description: string,
  types: string | readonly string[],
  media: ZodOpenApiMediaTypeObject,
  ...names: HeaderName[]
): Answer => ({
  description,
  headers: headers(names),
  content: Object.fromEntries([types].flat().map((type) => [type, media])),
})

/** The errors of `jsonBody`. */
export const JSON_PROBLEMS = [
  'INVALID_JSON',
  'BODY_TOO_LARGE',
  'NOT_JSON',
  'UNSUPPORTED_ENCODING',
  'INVALID_FIELD',
] as const

/** The errors that any request can get. */
const EVERYWHERE: readonly ProblemCode[] = [
  'INVALID_REQUEST',
  'REQUEST_TIMEOUT',
  'EXPECTATION_FAILED',
  'HEADERS_TOO_LARGE',
  'HOST_NOT_ALLOWED',
  'INTERNAL',
  'TOO_MANY_CONNECTIONS',
  'RATE_LIMITED',
]

export function problemsOf({ problems = [] }: Operation): ProblemCode[] {
  const given = new Set([...problems, ...EVERYWHERE])
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => given.has(code))
}
