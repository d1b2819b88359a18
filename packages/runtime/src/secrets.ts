import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'

/** Settings that nobody but their process may see, and those that may contain a password. */
const SECRETS = [
  'ADMIN_TOKEN',
  'URL_SIGNING_KEYS',
  'MONGODB_URL',
  'REDIS_URL',
  'REDIS_CACHE_URL',
  'REDIS_PASSWORD',
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  'MINIO_ACCESS_KEY',
  'MINIO_SECRET_KEY',
  'SMTP_URL',
  'SMS_AUTHORIZATION',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
] as const

/** What examples say where a secret belongs. */
const EXAMPLE = /change[-_ ]?me/i

/**
 * The environment with the contents of the files that `NAME_FILE` names, which is how Docker and
 * Kubernetes hand over secrets, and what is wrong with them.
 */
export function withSecretFiles(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; faults: string[] } {
  const read = { ...env }
  const faults: string[] = []
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`]
    if (!file) continue
    delete read[`${name}_FILE`]
    if (env[name]) faults.push(`${name}_FILE: ${name} is set as well: set only one of them`)
    else
      try {
        read[name] = readFileSync(file, 'utf8').trimEnd()
      } catch (error) {
        faults.push(`${name}_FILE: the file cannot be read (${(error as NodeJS.ErrnoException).code})`)
      }
  }
  for (const name of SECRETS)
    if (EXAMPLE.test(read[name] ?? ''))
      faults.push(`${name}: is the value of an example: generate one with openssl rand -hex 32`)
  return { env: read, faults }
}

/** The same for the environment of this process, which its children inherit. */
export function adoptSecretFiles(): void {
  const { env } = withSecretFiles(process.env)
  for (const name of SECRETS) {
    const file = `${name}_FILE`
    if (env[name] === process.env[name] || file in env) continue
    process.env[name] = env[name]
    // Not deleted: a process that reads .env would find it there again.
    process.env[file] = ''
  }
}

/**
 * Removes the secrets from the environment of this process, once they have been read: a child
 * process, such as one that decodes strangers' files, could read them in `/proc/<pid>/environ`,
 * which shows the memory that the process was started with. It stays as it is where the system does
 * not allow a process to write there.
 */
export function forgetSecrets(): void {
  for (const name of SECRETS) delete process.env[name]
  try {
    overwrite(new Set<string>(SECRETS))
  } catch {
    // Not Linux, or a sandbox.
  }
}

const START = 47
const END = 48

function overwrite(names: ReadonlySet<string>): void {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // The name of the program, in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const start = Number(fields[START])
  const environment = Buffer.alloc(Number(fields[END]) - start)
  const memory = openSync('/proc/self/mem', 'r+')
  try {
    readSync(memory, environment, 0, environment.length, start)
    let at = start
    for (const entry of environment.toString('latin1').split('\0')) {
      const name = entry.slice(0, entry.indexOf('='))
      const value = Buffer.alloc(entry.length - name.length - 1)
      if (names.has(name)) writeSync(memory, value, 0, value.length, at + name.length + 1)
      at += entry.length + 1
    }
  } finally {
    closeSync(memory)
  }
}
