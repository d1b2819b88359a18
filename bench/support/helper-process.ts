import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export interface HelperProcess {
  pid: number
  /** Sends it an order and waits for the result. */
  ask: <Answer>(order: unknown) => Promise<Answer>
  stop: () => Promise<void>
}

/** Runs a file of this folder as a separate process that handles orders; see answerOrders. */
export function startHelper(file: string, env: NodeJS.ProcessEnv = {}): HelperProcess {
  const options = { execArgv: ['--conditions=source'], env: { ...process.env, ...env } }
  const child = fork(new URL(file, import.meta.url), options)
  return {
    pid: child.pid ?? -1,
    ask: async (order) => {
      child.send(order as object)
      return answerOf(child)
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const ended = new AbortController()
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      once(child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`A helper process ended with code ${code} before it answered`)
      }),
    ])) as [{ answer: Answer } | { error: string }]
    if ('error' in message) throw new Error(message.error)
    return message.answer
  } finally {
    ended.abort()
  }
}

/** The helper's side: handles one order at a time. It ends with its parent. */
export function answerOrders<Order>(act: (order: Order) => Promise<unknown>): void {
  process.on('message', (order: Order) => {
    act(order).then(
      (answer) => process.send?.({ answer: answer ?? null }),
      (error: unknown) => process.send?.({ error: String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
}
