import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
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

/** Runs the plan's image where a Docker engine answers; the container ends with this process, even with a killed one. */
export async function startContainer(plan: ContainerPlan, context: ServiceContext): Promise<Attempt<LocalService>> {
  if (!(await dockerEngineAnswers(context.env))) return { skipped: 'no Docker engine answers' }
  try {
    return { found: await run(plan, context) }
  } catch {
    // The engine's own words may name the registry it pulls from.
    return {
      skipped: `the engine answers, but ${plan.image} could not be fetched or started (try: docker run --rm ${plan.image})`,
      said: true,
    }
  }
}

async function run(plan: ContainerPlan, context: ServiceContext): Promise<LocalService> {
  // Loaded late: it is large, and most machines of most days do without.
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers')
  const { container: engine } = await getContainerRuntimeClient()
  const volume = volumeOf(context)
  await removeLeftover(engine, context, volume)

  const hostPort = await freePort()
  // On 127.0.0.1 only: published as usual, a database without a password would be open to the network.
  class LocalContainer extends GenericContainer {
    protected override beforeContainerCreated(): Promise<void> {
      this.hostConfig.PortBindings = { [`${plan.port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }] }
      return Promise.resolve()
    }
  }
  const prepared = new LocalContainer(plan.image)
    .withCommand(plan.command)
    .withExposedPorts({ container: plan.port, host: hostPort })
    .withLabels({ [FOLDER_LABEL]: context.folder })
    .withStartupTimeout(READY_LIMIT_MS)
  // A volume rather than a folder of ours: the image's user owns its files, on every kind of engine.
  if (!context.fresh) prepared.withBindMounts([{ source: volume, target: plan.dataPath }])
  context.log(`Starting a container of ${plan.image} (its image is fetched the first time) …`)
  const started = await prepared.start()

  const url = plan.url(started.getHost(), hostPort)
  const handle = engine.getById(started.getId())
  await untilAnswered(plan, url)
  return {
    url,
    description: `${plan.image} in a container, port ${hostPort}`,
    kind: 'container',
    pid: undefined,
    kill: async (signal = 'SIGKILL') => {
      const ended = handle.wait()
      await handle.kill({ signal })
      await ended
    },
    restart: async () => {
      await handle.restart()
      await untilAnswered(plan, url)
    },
    stop: async () => {
      await started.stop({ remove: true, removeVolumes: true })
    },
  }
}

type Engine = Awaited<ReturnType<(typeof import('testcontainers'))['getContainerRuntimeClient']>>['container']

/** A killed parent's container is removed by testcontainers' own watcher, but only after some seconds. */
async function removeLeftover(engine: Engine, { folder, fresh }: ServiceContext, volume: string): Promise<void> {
  const leftover = await engine.fetchByLabel(FOLDER_LABEL, folder)
  await leftover?.remove({ force: true, v: true })
  if (fresh)
    await engine.dockerode
      .getVolume(volume)
      .remove()
      .catch(() => undefined) // seldom there
}

function volumeOf({ folder }: ServiceContext): string {
  return `darkroom-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
}

async function untilAnswered(plan: ContainerPlan, url: string): Promise<void> {
  const until = Date.now() + READY_LIMIT_MS
  for (;;) {
    try {
      return await plan.ask(url)
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(100)
    }
  }
}
