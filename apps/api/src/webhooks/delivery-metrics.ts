import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import type { Channel, DeliveryRecord } from './delivery-record.ts'

/** Receivers answer within seconds; a delivery that is repeated takes up to some days. */
const SECONDS = [0.05, 0.1, 0.5, 1, 5, 30, 60, 600, 3600, 21_600, 86_400, 259_200]

/** Attempts at deliveries, counted by the process that made them. */
export function createDeliveryMetrics(registry: Registry) {
  const registers = [registry]
  const attempts = new Counter({
    name: 'darkroom_delivery_attempts_total',
    help: 'Attempts to deliver an event, by the state that followed: delivered, waiting for another attempt, or failed',
    labelNames: ['channel', 'state'],
    registers,
  })
  const seconds = new Histogram({
    name: 'darkroom_delivery_seconds',
    help: 'From an event to its delivery',
    labelNames: ['channel'],
    buckets: SECONDS,
    registers,
  })
  return {
    attempted(channel: Channel, state: DeliveryRecord['state'], sinceMs: number): void {
      attempts.inc({ channel, state })
      if (state === 'delivered') seconds.observe({ channel }, sinceMs / 1000)
    },
  }
}
