import type { Installation } from '../../test/e2e/support/installation.ts'
import type { LoadOrder } from './load-generator.ts'

/** What all orders to a load generator have in common. `concurrency` is the number of uploads. */
export function loadOrderOf(
  { redisUrl, mongoUrl, names }: Installation,
  apiUrl: string,
  concurrency: number,
): Omit<LoadOrder, 'files' | 'label'> {
  return { concurrency, apiUrl, redisUrl, channel: names.channel, mongoUrl }
}
