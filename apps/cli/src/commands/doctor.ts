import { DarkroomError, type components } from '@darkroom/client'
import pc from 'picocolors'
import { EXIT } from '../kit/exit-codes.ts'
import { formatMs } from '../kit/format.ts'
import { messageOf } from '../kit/message-of.ts'
import type { Command, Shell } from '../kit/shell.ts'

interface Finding {
  what: string
  isFine: boolean
  detail: string
}

const LONG_WAIT_MS = 60_000

/** Whether this machine can use the service, and whether the service works; with what to do if not. */
export async function doctor(shell: Shell): Command {
  const findings = [...(await checkHealth(shell)), await checkKey(shell), ...(await checkQueues(shell))]
  for (const finding of findings) shell.out.json(finding)
  for (const { what, isFine, detail } of findings)
    shell.out.line(`${isFine ? pc.green('✓') : pc.red('✗')} ${what.padEnd(18)} ${detail}`)
  return findings.every(({ isFine }) => isFine) ? EXIT.done : EXIT.refused
}

async function checkHealth({ env, signal }: Shell): Promise<Finding[]> {
  // 503 is an answer here, so no retries.
  const startedAt = performance.now()
  // Strangers are not told the reasons.
  const headers = env.key === undefined ? {} : { authorization: `Bearer ${env.key}` }
  const response = await fetch(`${env.url}/health`, { headers, signal }).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw new DarkroomError(
      'UNREACHABLE',
      `${env.url} cannot be reached. Is it running? DARKROOM_URL says where it is.`,
      { cause },
    )
  })
  const took = formatMs(performance.now() - startedAt)
  const health = (await response.json().catch(() => undefined)) as components['schemas']['Health'] | undefined
  if (!health?.services)
    return [{ what: 'service', isFine: false, detail: `${env.url} is not Darkroom: it has no /health` }]
  const { services, reasons = [], warnings = [] } = health
  return [
    {
      what: 'service',
      isFine: health.status === 'ok',
      detail: [`${env.url} is ${health.status} (${took})`, ...reasons].join('; '),
    },
    ...Object.entries(services).map(([what, isFine]) => ({ what, isFine, detail: isFine ? 'works' : 'does not work' })),
    ...warnings.map((detail) => ({ what: 'warning', isFine: false, detail })),
  ]
}

async function checkKey({ darkroom, env, signal }: Shell): Promise<Finding> {
  const what = 'key'
  const given = env.key === undefined ? 'none is given, and none is needed' : 'accepted'
  return darkroom.api.GET('/api/v1/tasks', { params: { query: { limit: 1 } }, signal }).then(
    () => ({ what, isFine: true, detail: given }),
    (error: Error) => ({ what, isFine: false, detail: messageOf(error, env) }),
  )
}

async function checkQueues({ darkroom, signal }: Shell): Promise<Finding[]> {
  const { data } = await darkroom.api.GET('/api/v1/queues', { signal }).catch((error: Error) => {
    signal.throwIfAborted()
    return { data: { items: [] }, error }
  })
  return (data?.items ?? []).map(({ name, workers, isPaused, waiting, oldestWaitingMs }) => {
    const waits =
      (oldestWaitingMs ?? 0) > LONG_WAIT_MS
        ? `; the oldest of ${waiting} tasks has waited ${formatMs(oldestWaitingMs ?? 0)}`
        : ''
    const detail = isPaused
      ? 'paused: resume it'
      : workers === 0
        ? 'no worker runs: start one'
        : `${workers} ${workers === 1 ? 'worker' : 'workers'}`
    return { what: `queue ${name}`, isFine: !isPaused && workers > 0 && waits === '', detail: detail + waits }
  })
}
