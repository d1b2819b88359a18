import type { Job, JobMessage, JobMessageName, JobMessageOf } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import { AppError } from '../app-error.ts'
import type { Caller } from '../http/tenant-of.ts'
import type { Tally } from '../http/tally.ts'
import { toJobView } from '../routes/job-view.ts'
import type { Send } from '../send.ts'
import { toAppError } from '../to-app-error.ts'
import { JobSubscriptions } from './job-subscriptions.ts'

/** The answer to `subscribe:job`: the job as it is now, or the reason why it cannot be followed. */
type Reply = { job: Job } | { error: { code: string; message: string } }

interface FromClient {
  'subscribe:job': (id: unknown, reply?: unknown) => void
  'unsubscribe:job': (id: unknown, reply?: unknown) => void
}
type ToClient = { [Name in JobMessageName]: (content: JobMessageOf<Name>) => void }
interface SocketData {
  caller: Caller
}
export type JobServer = Server<FromClient, ToClient, DefaultEventsMap, SocketData>
type JobSocket = Socket<FromClient, ToClient, DefaultEventsMap, SocketData>

export interface ServedParts {
  send: Send
  /** The followers of each task, of all sockets. */
  followers: Tally
  perTask: number
  log: Logger
}

/** While this many messages are unsent, further ones are merged: the client reads slowly. */
const UNSENT_MAX = 64
/** From here on the client sends requests without reading the answers. */
const UNANSWERED_MAX = 1000
const ID_MAX_LENGTH = 200

/** Lets a socket follow jobs until it is closed. */
export function serveSocket(socket: JobSocket, { send, followers, perTask, log }: ServedParts): void {
  const { conn } = socket
  const room = roomOf(conn)
  const write = socket.emit.bind(socket) as (...message: JobMessage) => boolean
  const emit = (message: JobMessage): Promise<void> | undefined => {
    write(...message)
    return room()
  }
  const jobs = new JobSubscriptions({ tenant: socket.data.caller.tenant, send, emit, followers, perTask })
  log.debug({ socket: socket.id }, 'socket opened')

  socket.use((_event, next) => {
    // A reset, as for all who do not read: an orderly end would wait for them.
    if (unsentOf(conn) > UNANSWERED_MAX) conn.request.socket.resetAndDestroy()
    else next()
  })
  socket.on('subscribe:job', async (id, reply) => {
    try {
      await jobs.subscribe(toId(id), (task) => answer(reply, { job: toJobView(task) }))
    } catch (thrown) {
      const { code, message, status } = toAppError(thrown)
      if (status >= 500) log.debug({ err: thrown, socket: socket.id }, 'job not followed')
      answer(reply, { error: { code, message } })
      void emit(['job:error', { jobId: typeof id === 'string' ? id.slice(0, ID_MAX_LENGTH) : '', code }])
    }
  })
  socket.on('unsubscribe:job', (id, reply) => {
    if (typeof id === 'string') jobs.unsubscribe(id)
    answer(reply, {})
  })
  socket.on('disconnect', (reason) => {
    jobs.end()
    log.debug({ socket: socket.id, reason }, 'socket closed')
  })
}

/** Not every client asks for an answer. */
function answer(reply: unknown, content: Reply | object): void {
  if (typeof reply === 'function') reply(content)
}

function toId(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= ID_MAX_LENGTH) return id
  throw new AppError('INVALID_FIELD', 'Send the jobId, or the id of the task, as a string.')
}

/** Messages that wait until the system has accepted earlier ones; the library shows them nowhere else. */
const unsentOf = (conn: JobSocket['conn']): number => conn['writeBuffer'].length

/** A function that resolves as soon as few messages are unsent. */
function roomOf(conn: JobSocket['conn']): () => Promise<void> | undefined {
  let draining: Promise<void> | undefined
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        conn.off('drain', done)
        conn.off('close', done)
        draining = undefined
        resolve()
      }
      conn.on('drain', done)
      conn.on('close', done)
    })
  return () => (unsentOf(conn) < UNSENT_MAX ? undefined : (draining ??= drained()))
}
