import { createServer } from 'node:net'
import { findingsOf, messageOf, type Finding } from './finding.ts'

const ANSWER_MS = 3000

/** Whether the API responds on its port, or could use the port. */
export async function checkApi(host: string, port: number): Promise<Finding[]> {
  const { findings, report } = findingsOf('API')
  const fault = port === 0 ? undefined : await faultOfPort(port, host)
  if (fault === undefined)
    report(
      'WARN',
      port === 0 ? 'uses any free port' : `is not running here; port ${port} is free`,
      'Start it: npm run server.',
    )
  else if (fault.code !== 'EADDRINUSE')
    report('FAIL', `cannot listen on port ${port}: ${fault.message}`, 'Choose another PORT or HOST.')
  else {
    const status = await healthOf(port).catch((error: unknown) => messageOf(error))
    if (status === 'ok') report('OK', `responds on port ${port} and is healthy`)
    else if (['degraded', 'down'].includes(status))
      report(
        status === 'down' ? 'FAIL' : 'WARN',
        `on port ${port} reports that it is ${status}`,
        `See http://localhost:${port}/health.`,
      )
    else
      report(
        'FAIL',
        `port ${port} is used by another program (${status})`,
        'Choose another PORT, or stop that program.',
      )
  }
  return findings
}

function faultOfPort(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

async function healthOf(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(ANSWER_MS) })
  const { status, services } = (await answer.json()) as { status?: unknown; services?: unknown }
  return typeof services === 'object' && typeof status === 'string' ? status : 'not Darkroom'
}
