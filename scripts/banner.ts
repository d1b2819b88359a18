import pc from 'picocolors'
import { isLoopback } from '../apps/api/src/http/loopback.ts'
import type { StartOptions } from './start-options.ts'
import { workerAppsOf } from './worker-apps.ts'

type Running = Pick<StartOptions, 'api' | 'workers' | 'kinds'> & {
  host: string
  port: number
  /** Whether every request needs a key. */
  keysOn: boolean
  files: string
  signIn: string | undefined
}

/** What to open and what to type once everything is running. */
export function banner({ api, workers, kinds, host, port, keysOn, files, signIn }: Running): string {
  const url = `http://localhost:${port}`
  const line = (what: string, value: string): string => `  ${what.padEnd(8)} ${value}`
  const link = (what: string, path: string): string => line(what, pc.cyan(`${url}${path}`))
  const ofEach =
    workers === 0 ? [] : workerAppsOf(kinds).map(({ app }) => `${workers} ${app}${workers === 1 ? '' : 's'}`)
  const parts = new Intl.ListFormat('en').format([...(api ? ['the API'] : []), ...ofEach])
  return [
    '',
    pc.bold(`Darkroom is running: ${parts}.`),
    ...(api
      ? [
          link('page', '/'),
          link('API', '/api/v1/tasks'),
          link('docs', '/docs'),
          link('queues', '/admin/queues'),
          ...(signIn === undefined ? [] : [link('sign in', signIn)]),
          link('health', '/health'),
        ]
      : []),
    ...(api ? [line('access', accessTo(host, keysOn))] : []),
    line('files', files),
    ...(api
      ? [
          line(
            'try',
            `curl ${keysOn ? '-H "Authorization: Bearer $(npm run --silent keys -- create)" ' : ''}-F file=@photo.jpg ${url}/api/v1/tasks`,
          ),
        ]
      : []),
    line('stop', 'Ctrl-C'),
    '',
  ].join('\n')
}

const accessTo = (host: string, keysOn: boolean): string =>
  [
    isLoopback(host) ? 'this machine only' : `every machine that reaches ${host}`,
    keysOn ? 'with an API key' : 'without a key',
  ].join(', ')
