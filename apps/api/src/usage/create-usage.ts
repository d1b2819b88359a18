import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import { GetUsageHandler } from './get-usage.ts'
import { TenantQuotas, type Quotas, type Stored } from './tenant-quotas.ts'
import { UsageMeter } from './usage-meter.ts'
import { UsageStore } from './usage-store.ts'

export interface QuotaSettings {
  TENANT_TASKS_PER_DAY: number
  TENANT_BYTES_PER_DAY: number
  TENANT_STORED_BYTES: number
  TENANT_UPLOADS: number
}

/** What each tenant uploads and stores, and its limits. */
export function createUsage(parts: {
  env: QuotaSettings
  mongo: MongoConnection
  storedOf: (tenant: string) => Promise<Stored | undefined>
  log: Logger
  now: () => number
}) {
  const { env, mongo, storedOf, log, now } = parts
  const store = new UsageStore(mongo)
  const meter = new UsageMeter({ store, log, now })
  const quotas: Quotas = {
    tasksPerDay: env.TENANT_TASKS_PER_DAY || null,
    bytesPerDay: env.TENANT_BYTES_PER_DAY || null,
    storedBytes: env.TENANT_STORED_BYTES || null,
    uploads: env.TENANT_UPLOADS || null,
  }
  return {
    prepare: () => store.prepare(),
    start: () => meter.start(),
    stop: () => meter.stop(),
    onTask: meter.onTask,
    quotas: new TenantQuotas({ quotas, meter, storedOf, log, now }),
    handlers: [new GetUsageHandler({ store, meter, quotas, storedOf })],
  }
}
