import { config } from 'dotenv'
import { z } from 'zod'
import { inOwnUnit, unitHint } from './env-units.ts'
import { forgetSecrets, withSecretFiles } from './secrets.ts'

/** The environment is invalid; the message lists every error, one per line. */
export class EnvError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`Invalid environment:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
    this.name = 'EnvError'
  }
}

/**
 * Validates an environment against a schema. An empty value counts as unset, so that `NAME=` in a
 * file means the default. Sizes and durations may have a unit: `50MiB`, `30s`. Secrets may also be
 * in files: see {@link withSecretFiles}.
 * @throws EnvError naming every invalid variable, never its value.
 */
export function parseEnv<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  const read = withSecretFiles(env)
  const given = Object.fromEntries(
    Object.entries(read.env).flatMap(([name, text]) => (text ? [[name, inOwnUnit(name, text)]] : [])),
  )
  const parsed = schema.safeParse(given)
  if (parsed.success && read.faults.length === 0) return parsed.data
  const issues = parsed.error?.issues ?? []
  const faults = issues.map(({ path, message }) => {
    const name = path.join('.')
    return `${name || 'environment'}: ${message}${message === NOT_WHOLE ? unitHint(name) : ''}`
  })
  throw new EnvError([...read.faults, ...faults])
}

/**
 * Reads the real environment and, for what is not set there, `.env` in the working directory. Its
 * secrets are then removed from the environment. Exits with the list of errors if it is invalid.
 */
export function loadEnv<Schema extends z.ZodType>(schema: Schema): z.infer<Schema> {
  config({ quiet: true })
  try {
    const parsed = parseEnv(schema, process.env)
    forgetSecrets()
    return parsed
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    console.error(`${error.message}\nAll settings and their defaults are in .env.example.`)
    process.exit(78) // EX_CONFIG of sysexits(3)
  }
}

const NOT_WHOLE = 'must be a whole number'

/** A whole number between `min` and `max`, parsed from text. */
export const envInteger = (fallback: number, min: number, max?: number) => wholeNumber(min, max).default(fallback)

/** The same without a default. */
export const optionalEnvInteger = (min: number, max?: number) => wholeNumber(min, max).optional()

const wholeNumber = (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  z.coerce
    .number({ error: NOT_WHOLE })
    .int(NOT_WHOLE)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
