// Checks the OpenAPI document against the Redocly rules. Prints the problems, if any.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { createOpenApiDocument } from '../apps/api/src/routes/docs/document.ts'

const document = createOpenApiDocument({
  maxFileBytes: 1,
  maxPixels: 1,
  maxFiles: 1,
  maxBatchBytes: 1,
  ttlSeconds: 60,
  maxRosterBytes: 1,
})
const config = await createConfig({
  extends: ['recommended-strict'],
  telemetry: 'off',
})
const found = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config })
for (const { severity, ruleId, message, location } of found)
  console.log(`${severity} ${ruleId} ${location[0]?.pointer ?? ''}: ${message}`)
process.exitCode = found.length > 0 ? 1 : 0
