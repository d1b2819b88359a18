import type { Usage } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { AppError } from '../app-error.ts'
import { OutageLog } from '../ground/outage-log.ts'
import { remember } from '../ground/remember.ts'
import { restOfDayMs, type UsageMeter } from './usage-meter.ts'

export type Quotas = Usage['quotas']
export type Stored = NonNullable<Usage['stored']>

/** What is stored is counted by reading every task: a recent result is enough. */
const STORED_FRESH_MS = 5000
/** Files expire at any time. */
const STORED_RETRY_SECONDS = 300

/**
 * The limits of each tenant, checked before an upload is read. The upload that reaches one is still
 * accepted. If usage cannot be read, uploads are accepted.
 */
export class TenantQuotas {
  readonly #deps
  readonly #outage: OutageLog
  readonly #stored = new Map<string, () => Promise<Stored | undefined>>()

  constructor(deps: {
    quotas: Quotas
    meter: Pick<UsageMeter, 'today'>
    /** The bytes of a tenant; undefined before the first count. */
    storedOf: (tenant: string) => Promise<Stored | undefined>
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
    this.#outage = new OutageLog(deps.log, 'usage cannot be read: quotas are not enforced')
  }

  /** Throws QUOTA_EXCEEDED. `bytes` is the size that the upload declares, 0 if it declares none. */
  async check(tenant: string, bytes: number): Promise<void> {
    const refused = await this.#refusal(tenant, bytes).catch((error: unknown) => {
      this.#outage.failed(error)
      return undefined
    })
    if (refused) throw refused
  }

  async #refusal(tenant: string, bytes: number): Promise<AppError | undefined> {
    const { quotas, meter, now } = this.#deps
    const { tasksPerDay, bytesPerDay, storedBytes } = quotas
    if (tasksPerDay !== null || bytesPerDay !== null) {
      const today = await meter.today(tenant)
      const tomorrow = Math.ceil(restOfDayMs(now()) / 1000)
      if (tasksPerDay !== null && today.tasks >= tasksPerDay)
        return exceeded(`${tasksPerDay} tasks a day, which begins at 00:00 UTC`, tomorrow)
      if (bytesPerDay !== null && today.bytes + bytes > bytesPerDay)
        return exceeded(`${bytesPerDay} bytes of uploads a day, which begins at 00:00 UTC`, tomorrow)
    }
    if (storedBytes !== null) {
      const stored = await this.#storedOf(tenant)
      if (stored && stored.bytes + bytes > storedBytes)
        return exceeded(`${storedBytes} stored bytes: delete tasks, or wait until they expire`, STORED_RETRY_SECONDS)
    }
    this.#outage.worked()
    return undefined
  }

  #storedOf(tenant: string): Promise<Stored | undefined> {
    const known = this.#stored.get(tenant) ?? remember(STORED_FRESH_MS, () => this.#deps.storedOf(tenant))
    this.#stored.set(tenant, known)
    return known()
  }
}

const exceeded = (quota: string, afterSeconds: number): AppError =>
  new AppError('QUOTA_EXCEEDED', `Your quota is ${quota}. Nothing was stored.`, {
    headers: { 'Retry-After': String(Math.max(1, afterSeconds)) },
  })
