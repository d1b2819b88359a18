import { content } from '../../http/openapi/operation.ts'
import { routesOf } from '../../http/routes.ts'

/** `/openapi.json`. */
export const documentRoutes = routesOf<{ document: () => { text: string; etag: string } }>('Monitoring', {
  'GET /openapi.json': {
    scope: 'open',
    doc: {
      operationId: 'getOpenApi',
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
    handle:
      ({ document }) =>
      (_req, res) => {
        const { text, etag } = document()
        res.set({ 'Cache-Control': 'no-cache', ETag: etag }).type('json').send(text)
      },
  },
})
