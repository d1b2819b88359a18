import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'

const ANSWER_LIMIT_MS = 2000

export type EngineAddress = { socketPath: string } | { host: string; port: number }

/**
 * Whether a Docker engine responds. The `docker` command proves nothing: it is often installed
 * without an engine.
 */
export async function dockerEngineAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  const answers = await Promise.all(engineAddresses(env).map(ping))
  return answers.includes(true)
}

/**
 * Where an engine may listen: DOCKER_HOST if set, otherwise the default sockets of Docker, rootless
 * Docker and Docker Desktop.
 */
export function engineAddresses(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): EngineAddress[] {
  const told = env['DOCKER_HOST']
  if (told) return addressIn(told)
  if (platform === 'win32') return [{ socketPath: '//./pipe/docker_engine' }]
  const runtime = env['XDG_RUNTIME_DIR']
  const sockets = [
    '/var/run/docker.sock',
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
  ]
  return [...sockets, ...(runtime ? [join(runtime, 'docker.sock')] : [])].map((socketPath) => ({ socketPath }))
}

/**
 * Engines behind ssh or TLS are not tried: they run on other machines, and a local service should
 * be local.
 */
function addressIn(dockerHost: string): EngineAddress[] {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(dockerHost)?.[1]
  if (socket !== undefined) return [{ socketPath: socket }]
  const tcp = /^(?:tcp|http):\/\/([^:/]+):(\d+)/.exec(dockerHost)
  return tcp?.[1] === undefined ? [] : [{ host: tcp[1], port: Number(tcp[2]) }]
}

function ping(address: EngineAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ ...address, path: '/_ping', signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
