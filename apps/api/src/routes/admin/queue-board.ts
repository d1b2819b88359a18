import type { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { JobEnvelope } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'
import type { Express, RequestHandler } from 'express'
import { AppError } from '../../app-error.ts'
import { setPageHeaders } from '../../http/page-headers.ts'

/** The board creates styles at run time; scripts, fonts and data only come from here. */
const BOARD_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * A read-only Bull Board for these queues: tasks are changed through the API, which keeps documents
 * and queue in step.
 */
export function queueBoard(queues: readonly TaskQueue[], basePath: string): RequestHandler[] {
  let board: Promise<Express> | undefined
  const show: RequestHandler = async (req, res, next) => {
    board ??= createBoard(queues, basePath)
    ;(await board)(req, res, next)
  }
  return [onlyLooking, show]
}

/** Its packages are loaded when the first operator looks, not with every start of an API. */
async function createBoard(queues: readonly TaskQueue[], basePath: string): Promise<Express> {
  const [{ createBullBoard }, { BullMQAdapter }, { ExpressAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/express'),
  ])
  const adapter = new ExpressAdapter().setBasePath(basePath)
  createBullBoard({
    queues: queues.map((queue) => adapterOf(queue, BullMQAdapter)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Darkroom', hideRedisDetails: true } },
  })
  const board = adapter.getRouter() as Express
  board.disable('x-powered-by')
  withoutForeignLinks(board)
  return board
}

/**
 * Cards show the name of the photo and link to its task. Jobs added by other programs may contain
 * anything.
 */
function adapterOf({ bullmq }: TaskQueue, Adapter: typeof BullMQAdapter): BullMQAdapter {
  const board = new Adapter(bullmq, {
    ...{ readOnlyMode: true, allowRetries: false },
    externalJobUrl: ({ data }) => ({
      displayText: 'Task',
      href: `/api/v1/tasks/${encodeURIComponent(String(dataOf(data).taskId ?? ''))}`,
    }),
  })
  board.setFormatter('name', ({ name, data }: { name: string; data: unknown }) =>
    String(dataOf(data).imageName ?? name),
  )
  return board
}

const dataOf = (data: unknown): Partial<JobEnvelope & { imageName: string }> =>
  typeof data === 'object' && data !== null ? data : {}

const ALLOWED = 'GET, HEAD, OPTIONS'

const onlyLooking: RequestHandler = (req, res, next) => {
  if (req.method === 'OPTIONS') return void res.set('Allow', ALLOWED).status(204).end()
  if (!['GET', 'HEAD'].includes(req.method)) {
    throw new AppError('METHOD_NOT_ALLOWED', 'The board is read-only; use the API to change tasks.', {
      headers: { Allow: ALLOWED },
    })
  }
  setPageHeaders(res, BOARD_POLICY)
  next()
}

type Engine = Parameters<Express['engine']>[1]

/**
 * Its page loads fonts from a third party. The policy forbids that; without the link it is not even
 * attempted.
 */
function withoutForeignLinks(board: Express): void {
  const render = (board as unknown as { engines: Record<string, Engine> }).engines['.ejs']
  if (!render) return
  board.engine('ejs', (path, options, done) => {
    render(path, options, (error: unknown, html?: string) =>
      done(error, html?.replaceAll(/<link\b[^>]*\bhref="https?:[^>]*>/g, '')),
    )
  })
}
