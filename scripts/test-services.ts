// Redis and MongoDB for the tests, once per run: vitest calls the setup for each project that has
// tests to run, in separate module instances, so the shared state is attached to the process.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
// By path: vitest loads a global setup without the `source` condition, and there may be no build.
import { killOrphansIn, type LocalServices, startLocalServices } from '../packages/local-services/src/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string
    mongoUrl: string
    /** Descriptions of both, for the output. */
    services: { redis: string; mongo: string }
  }
}

interface Shared {
  users: number
  services: Promise<LocalServices>
}

const DARKROOM_FOLDER = join(import.meta.dirname, '..', '.darkroom')
const FOLDER = join(DARKROOM_FOLDER, `test-${process.pid}`)
const onProcess = globalThis as { darkroomTestServices?: Shared | undefined }

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (onProcess.darkroomTestServices ??= { users: 0, services: start() })
  shared.users++
  const { redis, mongo } = await shared.services
  project.provide('redisUrl', redis.url)
  project.provide('mongoUrl', mongo.url)
  project.provide('services', { redis: redis.description, mongo: mongo.description })
  return async () => {
    if (--shared.users > 0) return
    onProcess.darkroomTestServices = undefined
    await (await shared.services).stop()
    await rm(FOLDER, { recursive: true, force: true })
  }
}

async function start(): Promise<LocalServices> {
  await sweepDeadRuns()
  return startLocalServices({ folder: FOLDER, fresh: true, durable: false, log: (line) => console.log(line) })
}

/** A killed run could neither stop its services nor remove its folder. */
async function sweepDeadRuns(): Promise<void> {
  const names = await readdir(DARKROOM_FOLDER).catch(() => [])
  for (const name of names) {
    const pid = /^test-(\d+)/.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const dead = join(DARKROOM_FOLDER, name)
    await killOrphansIn(dead)
    await rm(dead, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of another user is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
