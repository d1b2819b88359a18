import { content, html, type Paths } from './operation.ts'

const tags = ['Browser']

/** Paths of {@link docsRoutes}. */
export const docsPaths: Paths = {
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      tags,
      summary: 'Read this document',
      answers: { 200: content('OpenAPI 3.1', 'application/json', { schema: { type: 'object', additionalProperties: true } }, 'ETag') },
    },
  },
  '/docs': {
    get: { operationId: 'readDocs', tags, summary: 'Read this document as a page', answers: { 200: html('The page') } },
  },
}
