// The types of the API for its client, made of the OpenAPI document. Fails if the file is not what
// the document gives; `-- --write` writes it.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import openapiTS, { astToString, stringToAST, type OpenAPI3, type OpenAPITSOptions } from 'openapi-typescript'
import { createOpenApiDocument } from '../apps/api/src/routes/docs/document.ts'

const FILE = join(import.meta.dirname, '../packages/client/src/api-types.ts')
const FIRST_LINE = '// Generated from the OpenAPI document by scripts/api-types.ts: npm run check -- --fix\n'

interface Media {
  schema: { allOf?: unknown[] }
}
interface Operation {
  responses: Record<string, { headers?: object; content?: Record<string, Media> }>
}

/**
 * The document without what the client does not tell apart: every refusal becomes the same error,
 * whatever its status.
 */
function shortened(): OpenAPI3 {
  const document = createOpenApiDocument({
    maxFileBytes: 1,
    maxPixels: 1,
    maxFiles: 1,
    maxBatchBytes: 1,
    ttlSeconds: 60,
    maxRosterBytes: 1,
  }) as unknown as { paths: Record<string, Record<string, Operation>>; components: Record<string, unknown> }
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, response] of Object.entries(operation.responses)) {
      delete response.headers
      const refused = response.content?.['application/problem+json']
      if (!refused) continue
      if (Object.keys(response.content ?? {}).length === 1) delete operation.responses[status]
      else delete response.content?.['application/problem+json']
      operation.responses['default'] ??= { content: { 'application/problem+json': { schema: common(refused) } } }
    }
  }
  delete document.components['headers']
  delete document.components['examples']
  return document as unknown as OpenAPI3
}

/** A problem without the codes of one status. */
const common = ({ schema }: Media): Media['schema'] => (schema.allOf?.[0] ?? schema) as Media['schema']

type TypeNode = ReturnType<NonNullable<OpenAPITSOptions['transform']>>

/** The type of a file in a form. */
const [{ type: blob }] = stringToAST('type File = Blob') as unknown as [{ type: TypeNode }]

async function generate(): Promise<string> {
  const nodes = await openapiTS(shortened(), {
    // Fields of a request that have a default may be left out.
    defaultNonNullable: false,
    silent: true,
    transform: ({ format }) => (format === 'binary' ? blob : undefined),
  })
  return FIRST_LINE + astToString(nodes)
}

const text = await generate()
if (process.argv.includes('--write')) await writeFile(FILE, text)
else if ((await readFile(FILE, 'utf8').catch(() => '')) !== text) {
  console.log('packages/client/src/api-types.ts is not up to date with the OpenAPI document: npm run check -- --fix')
  process.exitCode = 1
}
