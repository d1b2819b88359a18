import { z } from 'zod'

export const LANGUAGES = ['en', 'es'] as const
export type Language = (typeof LANGUAGES)[number]

/** Who is told when a task or batch has ended, once. */
export const notifyFields = z
  .strictObject({
    email: z.email('must be an e-mail address').max(200).optional().meta({ description: 'An address' }),
    sms: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be a telephone number such as +34600123456')
      .optional()
      .meta({ description: 'A number with its country code', examples: ['+34600123456'] }),
    language: z.enum(LANGUAGES).default('en').meta({ description: 'The language of the message' }),
  })
  .refine(({ email, sms }) => email !== undefined || sms !== undefined, 'must have an email or sms')
  .meta({ description: 'Who is told, once, when it has ended' })
export type NotifyFields = z.infer<typeof notifyFields>
