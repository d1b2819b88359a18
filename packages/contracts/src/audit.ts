import { z } from 'zod'

/** What an administrator did. */
export const auditEntry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    tenant: z.string().meta({ description: 'That of the administrator' }),
    keyId: z
      .string()
      .nullable()
      .meta({ description: 'The key that was used; null for the ADMIN_TOKEN, a token of the OIDC issuer, or a shell' }),
    address: z.string().nullable().meta({ description: 'Where the request came from; null for a shell' }),
    action: z.string().meta({ description: 'The route, or the command' }),
    path: z.string().nullable().meta({ description: 'The path that was requested' }),
    request: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What was requested, if it had a body of at most 4 KiB' }),
    result: z.record(z.string(), z.unknown()).nullable().meta({ description: 'What was created, if anything was' }),
    status: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Of the response; null for a shell, or if the process ended before it was sent' }),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof auditEntry>

export const auditPage = z
  .object({ items: z.array(auditEntry), nextCursor: z.string().nullable() })
  .meta({ id: 'AuditPage' })
export type AuditPage = z.infer<typeof auditPage>
