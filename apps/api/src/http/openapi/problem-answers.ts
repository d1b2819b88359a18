import { PROBLEMS, type ProblemCode } from '@darkroom/contracts'
import { z } from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'
import { headers, PROBLEM_HEADERS } from './headers.ts'

/** The responses for these problems, by status. */
export function problemAnswers(
  codes: readonly ProblemCode[],
  schema: z.ZodType,
): Record<number, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status)
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, answer(status, some, schema)]))
}

const answer = (status: number, codes: readonly ProblemCode[], schema: z.ZodType): ZodOpenApiResponseObject => ({
  description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].means}`).join('\n\n'),
  headers: headers([...new Set(codes.flatMap((code) => PROBLEM_HEADERS[code] ?? []))]),
  content: {
    'application/problem+json': {
      schema: z.intersection(schema, z.looseObject({ status: z.literal(status), code: z.enum(codes) })),
      examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` as const }])),
    },
  },
})
