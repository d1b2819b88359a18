import { createServer } from 'node:net'

const DEFAULT_PORT = 3000
const TRIED_PORTS = 20

/**
 * The port to listen on: the requested one, which must be free, or by default the first free port
 * from 3000 on.
 * @throws Error with a message that says what to do.
 */
export async function choosePort(wanted: string | undefined, host: string): Promise<number> {
  if (wanted) {
    const port = Number(wanted)
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`"${wanted}" is not a port: choose a number from 0 to 65535.`)
    if (await isFree(port, host)) return port
    throw new Error(
      `Port ${port} is in use. Stop the program that uses it, or choose another port: npm start -- --port ${port + 1}`,
    )
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIED_PORTS; port++) if (await isFree(port, host)) return port
  throw new Error(
    `No port from ${DEFAULT_PORT} to ${DEFAULT_PORT + TRIED_PORTS - 1} is free. Choose another one: npm start -- --port 8080`,
  )
}

function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
