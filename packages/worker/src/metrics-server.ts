import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Logger, ShutdownPhase } from '@darkroom/runtime'
import type { Registry } from '@prometheus-io/client'

/**
 * `/metrics`, `/livez` and `/readyz` of a worker, which has no other routes.
 * @param troubleOf why it takes no jobs now; undefined if it does
 */
export function createMetricsServer(registry: Registry, log: Logger, troubleOf: () => string | undefined) {
  const server = createServer((req, res) => {
    answer(req, res, { registry, trouble: troubleOf() }).catch((error: unknown) => {
      log.warn({ err: error }, 'metrics not served')
      res.writeHead(500).end()
    })
  })
  // Not fatal, because a worker can work without metrics: if two workers on one machine use the
  // same port, only one gets it.
  server.on('error', (error) =>
    log.error({ err: error }, 'cannot listen on METRICS_PORT: this worker runs without metrics'),
  )
  return {
    listen: (port: number): Promise<number> =>
      new Promise((resolve) => {
        server.once('error', () => resolve(0))
        server.listen(port, () => {
          const address = server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : 0)
        })
      }),

    closing: (): ShutdownPhase => ({
      name: 'metrics',
      timeoutMs: 1000,
      run: async () => {
        if (!server.listening) return
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }),
  }
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  worker: { registry: Registry; trouble: string | undefined },
): Promise<void> {
  const { registry, trouble } = worker
  const path = req.url?.split('?')[0]
  if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405, { Allow: 'GET, HEAD' }).end()
  if (path === '/livez') return void res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"ok"}')
  if (path === '/readyz') return answerReady(res, trouble)
  if (path !== '/metrics') return void res.writeHead(404).end()
  const text = await registry.metrics()
  res.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).end(text)
}

function answerReady(res: ServerResponse, reason: string | undefined): void {
  const body = reason === undefined ? { status: 'ok' } : { status: 'paused', reason }
  res.writeHead(reason === undefined ? 200 : 503, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
