/** Node's inspector of a process that was started with `--inspect`. */
export interface Inspector {
  /** Collects all garbage. Returns what is left on the heap, in MB. */
  collectGarbage: () => Promise<number>
  close: () => void
}

/** Connects to the inspector at a port of this machine (https://chromedevtools.github.io/devtools-protocol/v8/). */
export async function connectInspector(port: number): Promise<Inspector> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[]
  if (!target) throw new Error('The process cannot be inspected')
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  const { promise: opened, resolve, reject } = Promise.withResolvers<unknown>()
  socket.addEventListener('open', resolve)
  socket.addEventListener('error', reject)
  await opened
  let last = 0
  const waiting = new Map<number, (result: { usedSize: number }) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: { usedSize: number } }
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  const ask = (method: string): Promise<{ usedSize: number }> =>
    new Promise((answered) => {
      last++
      waiting.set(last, answered)
      socket.send(JSON.stringify({ id: last, method }))
    })
  return {
    async collectGarbage() {
      await ask('HeapProfiler.collectGarbage')
      return (await ask('Runtime.getHeapUsage')).usedSize / 1e6
    },
    close: () => socket.close(),
  }
}
