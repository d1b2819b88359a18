import { connect, createServer, type AddressInfo, type Socket as Connection } from 'node:net'
import type { Job, JobMessageName } from '@darkroom/contracts'
import { io, type Socket } from 'socket.io-client'

interface Heard {
  name: JobMessageName
  status?: string
  progress?: number
}

/** A client that follows one job, and subscribes again whenever it is connected again. */
export interface JobClient {
  socket: Socket
  jobId: string
  heard: Heard[]
  /** The state of the job at each connection. */
  snapshots: Job[]
  isOver: () => boolean
}

export function followJob(url: string, jobId: string): JobClient {
  const socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
  })
  const heard: Heard[] = []
  const snapshots: Job[] = []
  socket.on('connect', () =>
    socket.emit('subscribe:job', jobId, ({ job }: { job?: Job }) => job && snapshots.push(job)),
  )
  socket.onAny((name: JobMessageName, content: { jobId: string }) => heard.push({ name, ...content }))
  return { socket, jobId, heard, snapshots, isOver: () => heard.some(({ name }) => name !== 'job:progress') }
}

/** Passes connections to several servers in turn, and leaves out those that refuse. */
export async function startRoundRobin(ports: readonly number[]): Promise<{ url: string; stop: () => void }> {
  const open = new Set<Connection>()
  let turn = 0
  const link = (client: Connection, tries: number): void => {
    const server = connect(ports[turn++ % ports.length] as number, '127.0.0.1')
    open.add(server)
    let isLinked = false
    server.once('connect', () => {
      isLinked = true
      client.pipe(server).pipe(client)
    })
    server.on('error', () => {})
    server.once('close', () => {
      open.delete(server)
      if (!isLinked && tries > 0) link(client, tries - 1)
      else client.destroy()
    })
    client.once('close', () => server.destroy())
  }
  const proxy = createServer((client) => {
    open.add(client)
    client.on('error', () => {})
    client.once('close', () => open.delete(client))
    link(client, ports.length)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const stop = (): void => {
    proxy.close()
    for (const connection of open) connection.destroy()
  }
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, stop }
}
