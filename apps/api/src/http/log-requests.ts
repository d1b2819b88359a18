import type { Logger } from '@darkroom/runtime'
import type { RequestHandler } from 'express'
import { pinoHttp } from 'pino-http'

/** One line a request when it has ended; probes and answers without trouble only at level debug. */
export function logRequests(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    quietReqLogger: true,
    serializers: {
      req: ({ id, method, url }: { id: unknown; method: string; url: string }) => ({ id, method, url: url.split('?')[0] }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'warn' : 'debug'),
  })
}
