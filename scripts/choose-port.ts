import { createServer, type AddressInfo } from 'node:net'

const DEFAULT_PORT = 3000
const TRIED_PORTS = 20

/**
 * The port to listen on: the requested one, which must be free, any free one for 0, or by default
 * the first free port from 3000 on.
 * @throws Error with a message that says what to do.
 */
export async function choosePort(wanted: string | undefined, host: string): Promise<number> {
  if (wanted) {
    const port = Number(wanted)
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`"${wanted}" is not a port: choose a number from 0 to 65535.`)
    const found = await tryPort(port, host)
    if (found !== undefined) return found
    throw new Error(
      `Port ${port} is in use. Stop the program that uses it, or choose another port: npm start -- --port ${port + 1}`,
    )
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIED_PORTS; port++)
    if ((await tryPort(port, host)) !== undefined) return port
  throw new Error(
    `No port from ${DEFAULT_PORT} to ${DEFAULT_PORT + TRIED_PORTS - 1} is free. Choose another one: npm start -- --port 8080`,
  )
}

/** The port, or the one that was found for 0; undefined if it is in use. */
function tryPort(port: number, host: string): Promise<number | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, host, () => {
      const { port: found } = server.address() as AddressInfo
      server.close(() => resolve(found))
    })
  })
}
