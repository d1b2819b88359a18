import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { setPageHeaders } from '../../http/page-headers.ts'
import { clientOf } from '../../http/client-address.ts'
import { pagesOf } from '../../http/routes.ts'
import { isKeyText } from '../../keys/key-text.ts'
import { isToken, SESSION_SECONDS, signSession } from './admin-token.ts'
import { SESSION_COOKIE, sessionOf, type Credentials } from './find-caller.ts'
import { LOGIN_POLICY, loginPage } from './login-page.ts'

const BOARD = '/admin/queues'
const LOGIN = '/admin/login'

/** The browser pages for operators: the board of the queues, and the ways to sign in. */
export function adminRoutes(options: {
  credentials: Credentials
  guard: RequestHandler[]
  board: RequestHandler[]
}): Router {
  const { credentials, guard, board } = options
  const router = pagesOf({
    '/admin': { get: (_req, res) => seeOther(res, BOARD) },
    [LOGIN]: login(credentials),
    '/admin/sign-in': { get: signInOnce(credentials) },
    '/admin/logout': { post: logout(credentials) },
  })
  router.use(BOARD, nameRoute, ...guard, ...board)
  router.use(BOARD, askToSignIn)
  return router
}

/** Without the HTML page that Express creates for old browsers. */
const seeOther = (res: Response, path: string): void => void res.status(303).location(path).end()

/** The board has its own routes; metrics count them as one. */
const nameRoute: RequestHandler = (_req, res, next) => {
  res.locals.route = BOARD
  next()
}

function showLogin(req: Request, res: Response, { status, refused }: { status: number; refused: boolean }): void {
  setPageHeaders(res, LOGIN_POLICY)
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(loginPage({ refused, next: wantedPage(req) }))
}

const endOfSession = (): Date => new Date(Date.now() + SESSION_SECONDS * 1000)

function setSession(req: Request, res: Response, session: string): void {
  res.cookie(SESSION_COOKIE, session, { ...cookieOptions(req), maxAge: SESSION_SECONDS * 1000 })
}

function login({ token, ring, signIns, guesses }: Credentials) {
  /** A session for the ADMIN_TOKEN or a key. */
  const sessionFor = async (given: string, client: string): Promise<string | undefined> => {
    const key = await ring.check(given)
    if (key) return signIns.create('session', key.id, endOfSession())
    if (token === undefined || isKeyText(given)) return undefined
    return guesses.attempt(client, () => isToken(given, token)) ? signSession(token, Date.now()) : undefined
  }
  const accept: RequestHandler = async (req, res) => {
    const given: unknown = (req.body as { token?: unknown } | undefined)?.token
    const session = typeof given === 'string' ? await sessionFor(given, clientOf(req)) : undefined
    if (session === undefined) return showLogin(req, res, { status: 401, refused: true })
    setSession(req, res, session)
    seeOther(res, wantedPage(req) ?? BOARD)
  }
  const readForm = express.urlencoded({ extended: false, limit: '4kb', parameterLimit: 5 })
  return {
    get: (req: Request, res: Response) => showLogin(req, res, { status: 200, refused: false }),
    post: [readForm, accept],
  }
}

/** The link that `npm start` prints: its code is valid once. HEAD, as sent by previews, keeps it. */
const signInOnce =
  ({ ring, signIns }: Credentials): RequestHandler =>
  async (req, res) => {
    const { code } = req.query
    const isUse = req.method === 'GET' && typeof code === 'string'
    const keyId = isUse ? await signIns.redeem(code, new Date()) : undefined
    const key = keyId === undefined ? undefined : await ring.valid(keyId)
    if (!key) return showLogin(req, res, { status: isUse ? 401 : 200, refused: isUse })
    setSession(req, res, await signIns.create('session', key.id, endOfSession()))
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
    seeOther(res, wantedPage(req) ?? BOARD)
  }

const logout =
  ({ signIns }: Credentials): RequestHandler =>
  async (req, res) => {
    await signIns.remove(sessionOf(req)).catch(() => {}) // it ends by itself
    seeOther(res.clearCookie(SESSION_COOKIE, cookieOptions(req)), wantedPage(req) ?? LOGIN)
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
const askToSignIn: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const isPage = req.method === 'GET' && req.accepts(['json', 'html']) === 'html'
  if (!isPage || (error as { status?: number }).status !== 401) return next(error)
  const wanted = req.originalUrl
  seeOther(res, isBoardPage(wanted) && wanted !== BOARD ? `${LOGIN}?next=${encodeURIComponent(wanted)}` : LOGIN)
}

/**
 * The page that was requested before signing in: one of the board or the web page, never another
 * target from a link.
 */
function wantedPage({ query }: Request): string | undefined {
  const { next } = query
  return typeof next === 'string' && (isBoardPage(next) || isWebPage(next)) ? next : undefined
}

const isBoardPage = (path: string): boolean =>
  /^\/admin\/queues([/?][\w\-./?=&%:]*)?$/.test(path) && !path.includes('..')

const isWebPage = (path: string): boolean =>
  /^\/((tasks|queue|batches|albums|settings)(\/[\w-]+)?)?(\?[\w\-.*/=&%:+]*)?$/.test(path)
