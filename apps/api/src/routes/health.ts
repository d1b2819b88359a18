import type { Health, Readiness } from '@darkroom/contracts'
import { inTime, type Logger } from '@darkroom/runtime'
import { isStorageError } from '@darkroom/storage'
import { remember } from '../ground/remember.ts'
import type { StorageFault, StorageFaults } from '../installation/storage-watch.ts'

/**
 * The probes. Each responds within `PROBE_MS` or counts as failed. Those of the stores write: a
 * store that can only be read cannot accept tasks.
 */
export interface Probes {
  redis: () => Promise<unknown>
  mongo: () => Promise<unknown>
  queue: () => Promise<unknown>
  storageFaults: StorageFaults
  freeBytes: () => Promise<number>
  pending: () => Promise<number>
  /** Problems that do not affect the service yet, with their solutions. */
  warnings: () => Promise<string[]>
}

export interface HealthDeps {
  probes: Probes
  minFreeBytes: number
  isClosing: () => boolean
  log: Logger
}

/** The responses of health and readiness. */
export interface HealthChecks {
  report: () => Promise<Health>
  readiness: () => Promise<Readiness>
}

const PROBE_MS = 1000
/** However often health is requested, each probe runs at most once in this time. */
const REMEMBER_MS = 1000

/** Health for people: which part is down, and what still works without it. And readiness. */
export function createHealth(deps: HealthDeps): HealthChecks {
  const { probes, isClosing } = deps
  const freeBytes = remember(REMEMBER_MS, () => inTime(PROBE_MS, probes.freeBytes))
  const faults = createFaults(deps, freeBytes)
  const pendingTasks = remember(REMEMBER_MS, () => inTime(PROBE_MS, probes.pending).catch(() => null))
  const warningsNow = remember(REMEMBER_MS, () => inTime(PROBE_MS, probes.warnings).catch(() => []))
  return {
    report: async () => {
      const [redis, mongo, queue, minio, unusable, full, diskFreeBytes, pending, warnings] = await Promise.all([
        faults.redis(),
        faults.mongo(),
        faults.queue(),
        faults.minio?.(),
        faults.disk(),
        faults.room(),
        freeBytes().catch(() => null),
        pendingTasks(),
        warningsNow(),
      ])
      const disk = unusable ?? full
      const bucket = faults.minio && { minio: !minio }
      const services = { redis: !redis, mongo: !mongo, queue: !queue, storage: !disk, ...bucket }
      const reasons = [mongo, minio, disk, queue, redis].filter((fault) => fault !== undefined)
      return {
        // Without Redis uploads are still accepted and reads still answered; without the store or
        // the storage they are not.
        status: mongo || minio || disk ? 'down' : reasons.length > 0 ? 'degraded' : 'ok',
        services,
        pending: mongo ? null : pending,
        diskFreeBytes,
        ...(reasons.length > 0 && { reasons }),
        ...(warnings.length > 0 && { warnings }),
      }
    },
    // When the disk is full, stored files can still be read.
    readiness: async () => {
      if (isClosing()) return { status: 'closing' }
      const reason = (await faults.mongo()) ?? (await faults.minio?.()) ?? (await faults.disk())
      return reason === undefined ? { status: 'ok' } : { status: 'not ready', reason }
    },
  }
}

/** The error of each part; undefined if it is fine. */
function createFaults({ probes, minFreeBytes, log }: HealthDeps, freeBytes: () => Promise<number>) {
  const faultOf = (name: string, probe: () => Promise<unknown>) =>
    remember(REMEMBER_MS, () =>
      inTime(PROBE_MS, probe).then(
        () => undefined,
        (error: unknown) => {
          log.debug({ probe: name, err: error }, 'probe failed')
          return `${name}: ${error instanceof Error ? error.message : 'failed'}`
        },
      ),
    )
  const { disk, minio } = probes.storageFaults
  const fullDisk = async (): Promise<void> => {
    const bytes = await freeBytes()
    if (bytes < minFreeBytes) throw new Error(`${bytes} bytes are free; MIN_FREE_BYTES is ${minFreeBytes}`)
  }
  const unusable = (storageFault: StorageFault) => async (): Promise<void> => {
    const fault = await storageFault()
    if (fault !== undefined && !isStorageError(fault, 'STORAGE_FULL')) throw fault
  }
  return {
    redis: faultOf('redis', probes.redis),
    mongo: faultOf('mongo', probes.mongo),
    queue: faultOf('queue', probes.queue),
    minio: minio && faultOf('minio', unusable(minio)),
    disk: faultOf('storage', unusable(disk)),
    room: faultOf('storage', fullDisk),
  }
}
