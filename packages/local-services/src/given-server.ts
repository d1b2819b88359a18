import type { LocalService } from './service.ts'

interface GivenServer {
  service: string
  variable: string
  url: string
  ask: (url: string) => Promise<void>
  log: (line: string) => void
}

/**
 * The server that the environment names: used as it is, never stopped, and never replaced by
 * another one if it does not respond.
 */
export async function useGivenServer({ service, variable, url, ask, log }: GivenServer): Promise<LocalService> {
  const description = `${withoutPassword(url)} (${variable})`
  await ask(url).catch((cause: unknown) => {
    throw new Error(
      `${variable} is set, but ${service} does not respond at ${withoutPassword(url)}. Start it, or unset ${variable} to use another one.`,
      { cause },
    )
  })
  log(`${service}: ${description}`)
  return { url, description, kind: 'environment', pid: undefined, stop: () => Promise.resolve() }
}

/**
 * Connection strings contain passwords, and MongoDB's may list several hosts, which URL cannot
 * parse.
 */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//')
}
