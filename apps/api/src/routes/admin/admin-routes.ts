import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { pagesOf } from '../../http/routes.ts'
import { SESSION_COOKIE } from './admin-guard.ts'
import { isToken, SESSION_SECONDS, signSession } from './admin-token.ts'
import { LOGIN_POLICY, loginPage } from './login-page.ts'

const BOARD = '/admin/queues'
const LOGIN = '/admin/login'

/** The browser pages for operators: the board of the queues, and a form for the token. */
export function adminRoutes(options: {
  token: string | undefined
  guard: RequestHandler
  board: RequestHandler[]
}): Router {
  const { token, guard, board } = options
  const router = pagesOf({
    '/admin': { get: (_req, res) => seeOther(res, BOARD) },
    [LOGIN]: login(token),
    '/admin/logout': { post: [guard, logout] },
  })
  router.use(BOARD, nameRoute, askToSignIn(guard), ...board)
  return router
}

/** Without the HTML page that Express creates for old browsers. */
const seeOther = (res: Response, path: string): void => void res.status(303).location(path).end()

/** The board has its own routes; metrics count them as one. */
const nameRoute: RequestHandler = (_req, res, next) => {
  res.locals.route = BOARD
  next()
}

function login(token: string | undefined) {
  const show = (req: Request, res: Response, { status, refused }: { status: number; refused: boolean }): void => {
    res
      .status(status)
      .set({ 'Content-Security-Policy': LOGIN_POLICY, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
    res.type('html').send(loginPage({ refused, next: wantedPage(req) }))
  }
  const accept: RequestHandler = (req, res) => {
    const given: unknown = (req.body as { token?: unknown } | undefined)?.token
    if (token === undefined || typeof given !== 'string' || !isToken(given, token))
      return show(req, res, { status: 401, refused: true })
    res.cookie(SESSION_COOKIE, signSession(token, Date.now()), {
      ...cookieOptions(req),
      maxAge: SESSION_SECONDS * 1000,
    })
    seeOther(res, wantedPage(req) ?? BOARD)
  }
  const readForm = express.urlencoded({ extended: false, limit: '4kb', parameterLimit: 5 })
  return {
    get: (req: Request, res: Response) => show(req, res, { status: 200, refused: false }),
    post: [readForm, accept],
  }
}

const logout: RequestHandler = (req, res) => {
  seeOther(res.clearCookie(SESSION_COOKIE, cookieOptions(req)), LOGIN)
}

/**
 * Behind an HTTPS proxy the cookie must only be sent over HTTPS. A client that lies about it only
 * harms itself.
 */
const cookieOptions = (req: Request) =>
  ({
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: req.secure || req.get('x-forwarded-proto') === 'https',
  }) as const

/** Browsers are redirected to the form; programs get the refusal itself. */
function askToSignIn(guard: RequestHandler): RequestHandler {
  return (req, res, next) => {
    try {
      void guard(req, res, next)
    } catch (error) {
      const isPage = req.method === 'GET' && req.accepts(['json', 'html']) === 'html'
      if (!isPage || (error as { status?: number }).status !== 401) throw error
      const wanted = req.originalUrl
      seeOther(res, isBoardPage(wanted) && wanted !== BOARD ? `${LOGIN}?next=${encodeURIComponent(wanted)}` : LOGIN)
    }
  }
}

/**
 * The page that was requested before signing in: a page of the board, never another target from a
 * link.
 */
function wantedPage({ query }: Request): string | undefined {
  const { next } = query
  return typeof next === 'string' && isBoardPage(next) ? next : undefined
}

const isBoardPage = (path: string): boolean =>
  /^\/admin\/queues([/?][\w\-./?=&%:]*)?$/.test(path) && !path.includes('..')
