import type { ApiDocument } from '@darkroom/testing'
import type { Schema } from './value-of.ts'

export interface Parameter {
  in: 'path' | 'query' | 'header'
  name: string
  required?: boolean
  schema: Schema
}

/** One method of one path in the document. */
export interface Operation {
  id: string
  method: string
  path: string
  parameters: readonly Parameter[]
  /** By media type. */
  body: Record<string, { schema: Schema }> | undefined
  /** The media types of its responses. */
  types: readonly string[]
  isGuarded: boolean
}

interface OperationObject {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: object }>
  security?: unknown[]
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

export function operationsOf({ paths = {} }: ApiDocument): Operation[] {
  return Object.entries(paths as Record<string, Record<string, OperationObject>>).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [toOperation(method, path, item[method])] : [])),
  )
}

function toOperation(
  method: string,
  path: string,
  { operationId, parameters, requestBody, responses, security }: OperationObject,
): Operation {
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    parameters: parameters ?? [],
    body: requestBody?.content,
    types: Object.values(responses).flatMap(({ content = {} }) => Object.keys(content)),
    isGuarded: (security ?? []).length > 0,
  }
}

/** The target of a `$ref` in the document. */
export function resolverOf(document: ApiDocument): (reference: string) => Schema {
  return (reference) =>
    reference
      .replace(/^#\//, '')
      .split('/')
      .reduce((value: unknown, part) => (value as Record<string, unknown>)[part], document) as Schema
}
