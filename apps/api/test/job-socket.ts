import { JOB_MESSAGES, type Job, type JobMessageName, type Problem } from '@darkroom/contracts'
import { until } from '@darkroom/testing'
import { io, type Socket } from 'socket.io-client'

export type JobSocket = Awaited<ReturnType<typeof openJobSocket>>

interface Heard {
  name: JobMessageName
  content: { jobId: string; [field: string]: unknown }
}

/** The answer to `subscribe:job`. */
interface Reply {
  job?: Job
  error?: Pick<Problem, 'code'> & { message: string }
}

const NAMES = Object.keys(JOB_MESSAGES) as JobMessageName[]

/** A client that keeps everything it hears. The caller leaves. */
export async function openJobSocket(url: string, options: Parameters<typeof io>[1] = {}) {
  const socket: Socket = io(url, { transports: ['websocket'], forceNew: true, ...options })
  const heard: Heard[] = []
  const closed: string[] = []
  for (const name of NAMES)
    socket.on(name, (content: unknown) =>
      heard.push({ name, content: JOB_MESSAGES[name].strict().parse(content) as Heard['content'] }),
    )
  socket.on('disconnect', (reason) => closed.push(reason))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => {
      socket.close()
      reject(error)
    })
  })
  const of = (jobId: string): Heard[] => heard.filter(({ content }) => content.jobId === jobId)
  return {
    socket,
    heard,
    closed,
    subscribe: (id: unknown): Promise<Reply> => socket.timeout(30_000).emitWithAck('subscribe:job', id),
    unsubscribe: (id: unknown): Promise<unknown> => socket.timeout(10_000).emitWithAck('unsubscribe:job', id),
    of,
    /** The names of the messages about a job, and the status and percentage of its progress. */
    storyOf: (jobId: string): string[] =>
      of(jobId).map(({ name, content: { status, progress } }) =>
        name === 'job:progress' ? `${String(status)} ${String(progress)}` : name,
      ),
    hears: (name: JobMessageName, jobId: string) =>
      until(() => of(jobId).find((one) => one.name === name)?.content, { what: `${name} of ${jobId}` }),
    leave: () => socket.close(),
  }
}
