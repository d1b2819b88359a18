import { join } from 'node:path'
import { startLocalServices, type LocalServices } from '@darkroom/local-services'

/** Cached files and results of benchmarks; not in the repository. */
export const BENCH_FOLDER = join(import.meta.dirname, '..', '..', '.darkroom', 'bench')

/**
 * Runs a benchmark on a Redis and a MongoDB, and an S3 server if asked for, which are empty if they
 * are started for it.
 */
export async function withServices<T>(
  use: (services: LocalServices) => Promise<T>,
  { s3 = false }: { s3?: boolean } = {},
): Promise<T> {
  const services = await startLocalServices({
    folder: join(BENCH_FOLDER, 'services'),
    fresh: true,
    durable: false,
    s3,
    log: (line) => console.error(line),
  })
  try {
    return await use(services)
  } finally {
    await services.stop()
  }
}

/** For the record: the stores that the figures were measured on. */
export const storesOf = ({ redis, mongo }: LocalServices) => ({ redis: redis.description, mongo: mongo.description })
