import type { LocalService } from './service.ts'

interface GivenServer {
  service: string
  variable: string
  url: string
  ask: (url: string) => Promise<void>
  log: (line: string) => void
}

/**
 * The server the environment names: used as it is, never stopped, and never replaced by another
 * when it is silent.
 */
export async function useGivenServer({ service, variable, url, ask, log }: GivenServer): Promise<LocalService> {
  const description = `${withoutPassword(url)} (${variable})`
  await ask(url).catch((cause: unknown) => {
    throw new Error(
      `${variable} is set, but no ${service} answers at ${withoutPassword(url)}. Start it, or unset ${variable} to let one be found.`,
      { cause },
    )
  })
  log(`${service}: ${description}`)
  return { url, description, kind: 'environment', pid: undefined, stop: () => Promise.resolve() }
}

/**
 * Connection strings hold passwords, and MongoDB's may name several hosts, which URL cannot read.
 */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//')
}
