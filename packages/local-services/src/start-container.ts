import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { StartedTestContainer } from 'testcontainers'
import { dockerEngineAnswers } from './docker-engine.ts'
import type { Attempt } from './first-that-works.ts'
import { freePort } from './free-port.ts'
import type { LocalService, ServiceContext } from './service.ts'

export interface ContainerPlan {
  image: string
  command: string[]
  port: number
  dataPath: string
  url: (host: string, port: number) => string
  ask: (url: string) => Promise<void>
}

const READY_LIMIT_MS = 60_000
const FOLDER_LABEL = 'darkroom.folder'

/**
 * Runs the plan's image if a Docker engine responds. The container ends with this process, even if
 * that is killed.
 */
export async function startContainer(plan: ContainerPlan, context: ServiceContext): Promise<Attempt<LocalService>> {
  if (!(await dockerEngineAnswers(context.env))) return { skipped: 'no Docker engine is running' }
  try {
    context.log(`Starting a container of ${plan.image} (the first time its image is pulled) …`)
    return { found: await run(plan, context) }
  } catch {
    // The engine's error may contain the registry it pulls from.
    return {
      skipped: `Docker is running, but ${plan.image} could not be pulled or started (try: docker run --rm ${plan.image})`,
      said: true,
    }
  }
}

async function run(plan: ContainerPlan, context: ServiceContext): Promise<LocalService> {
  // Loaded on demand: it is large, and most runs do not need it.
  const { getContainerRuntimeClient } = await import('testcontainers')
  const { container: engine, info } = await getContainerRuntimeClient()
  await removeLeftover(engine, context)

  const host = info.containerRuntime.host === 'localhost' ? '127.0.0.1' : info.containerRuntime.host
  const port = await freePort()
  const url = plan.url(host, port)
  const container = await prepare(plan, context, { host, port }).then((prepared) => prepared.start())
  const ready = () => untilAnswered(() => plan.ask(url))
  await ready().catch(async (error: unknown) => {
    await container.stop()
    throw error
  })
  return asService(container, engine, { url, description: `${plan.image} in a container, port ${port}`, ready })
}

async function prepare(plan: ContainerPlan, context: ServiceContext, { host, port }: { host: string; port: number }) {
  const { GenericContainer } = await import('testcontainers')
  // Published as usual, a database without a password would be exposed to the network. If this
  // process itself runs in a container, however, 127.0.0.1 of the engine's host is unreachable.
  class LocalContainer extends GenericContainer {
    protected override beforeContainerCreated(): Promise<void> {
      if (host === '127.0.0.1')
        this.hostConfig.PortBindings = { [`${plan.port}/tcp`]: [{ HostIp: host, HostPort: String(port) }] }
      return Promise.resolve()
    }
  }
  const container = new LocalContainer(plan.image)
    .withCommand(plan.command)
    // A fixed port, because one chosen by the engine changes with each restart.
    .withExposedPorts({ container: plan.port, host: port })
    .withLabels({ [FOLDER_LABEL]: context.folder })
    .withStartupTimeout(READY_LIMIT_MS)
  // A volume instead of a folder of ours: the image's user must own the files, on every kind of
  // engine.
  return context.fresh ? container : container.withBindMounts([{ source: volumeOf(context), target: plan.dataPath }])
}

type Engine = Awaited<ReturnType<(typeof import('testcontainers'))['getContainerRuntimeClient']>>['container']

function asService(
  container: StartedTestContainer,
  engine: Engine,
  about: { url: string; description: string; ready: () => Promise<void> },
): LocalService {
  const handle = engine.getById(container.getId())
  return {
    url: about.url,
    description: about.description,
    kind: 'container',
    pid: undefined,
    kill: async (signal = 'SIGKILL') => {
      const ended = handle.wait()
      await handle.kill({ signal })
      await ended
    },
    restart: async () => {
      await handle.restart()
      await about.ready()
    },
    stop: async () => {
      await container.stop({ remove: true, removeVolumes: true })
    },
  }
}

/**
 * The container of a killed parent is removed by testcontainers' reaper, but only after some
 * seconds.
 */
async function removeLeftover(engine: Engine, context: ServiceContext): Promise<void> {
  const leftover = await engine.fetchByLabel(FOLDER_LABEL, context.folder)
  await leftover?.remove({ force: true, v: true })
  if (!context.fresh) return
  await engine.dockerode
    .getVolume(volumeOf(context))
    .remove()
    .catch(() => undefined) // rarely present
}

function volumeOf({ folder }: ServiceContext): string {
  return `darkroom-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
}

async function untilAnswered(ask: () => Promise<void>): Promise<void> {
  const until = Date.now() + READY_LIMIT_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(100)
    }
  }
}
