import { content, type Paths } from '../../http/openapi/operation.ts'

/** Of {@link docsRoutes} what programs read. Pages are no operations. */
export const docsPaths: Paths = {
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      tags: ['Monitoring'],
      summary: 'Get this document',
      answers: {
        200: content(
          'OpenAPI 3.1',
          'application/json',
          {
            schema: { type: 'object', additionalProperties: true },
            example: { openapi: '3.1.1', info: { title: 'Darkroom', version: '0.1.0' }, paths: {} },
          },
          'ETag',
        ),
      },
    },
  },
}
