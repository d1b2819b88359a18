import { config } from 'dotenv'
import { z } from 'zod'

/** The environment is wrong; the message lists every fault, one a line. */
export class EnvError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`The environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
    this.name = 'EnvError'
  }
}

/**
 * Checks an environment against a schema. An empty value counts as absent, so that `NAME=` in a
 * file means the default.
 * @throws EnvError naming every variable that is wrong, never its value.
 */
export function parseEnv<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new EnvError(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'environment'}: ${issue.message}`))
}

/**
 * Reads `.env` beside the process, then the real environment (which wins). Ends the process with
 * the list when it is wrong.
 */
export function loadEnv<Schema extends z.ZodType>(schema: Schema): z.infer<Schema> {
  config({ quiet: true })
  try {
    return parseEnv(schema, process.env)
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    console.error(`${error.message}\nEvery name with its default is in .env.example.`)
    process.exit(78) // EX_CONFIG of sysexits(3)
  }
}

/** A whole number from text, between `min` and `max`. */
export const envInteger = (fallback: number, min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  z.coerce
    .number({ error: 'must be a whole number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .default(fallback)
