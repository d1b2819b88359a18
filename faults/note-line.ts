import type { Event, History } from './history.ts'

interface LogLine {
  msg?: string
  taskId?: string
  attempt?: number
  jobIds?: string[]
}

/** Records what a log line means for the verdict. The log itself is kept next to the history. */
export function noteLine(line: string, process: string, history: History): void {
  const event = meaningOf(line)
  if (event) history.add(process, event)
}

function meaningOf(line: string): Event | undefined {
  const said = parse(line)
  if (!said)
    return /unhandledRejection|uncaughtException/.test(line)
      ? { op: 'uncaught', args: { line: line.slice(0, 500) } }
      : undefined
  const { msg = '', taskId = '', attempt = 0 } = said
  switch (msg) {
    case 'job started':
      return { op: 'run', args: { taskId, attempt } }
    case 'image processed':
    case 'attempt failed':
    case 'job returned to the queue':
    case 'run failed without using up an attempt':
      return { op: 'run-end', args: { taskId, attempt } }
    case 'late, duplicate or invalid event ignored':
      return { op: 'refused', args: { line: line.slice(0, 500), taskId } }
    case 'queue error':
      return line.includes('Missing lock') ? { op: 'lock-lost', args: { line: line.slice(0, 500) } } : undefined
    case 'locks of running jobs lost':
      return { op: 'lock-lost', args: { line: line.slice(0, 500) } }
    case 'task repaired by the sweeper':
      return { op: 'repaired', args: { line: line.slice(0, 500), taskId } }
    case 'job of a silent worker reassigned':
      return { op: 'stalled', args: { line: line.slice(0, 500) } }
    case 'uncaughtException':
    case 'unhandledRejection':
      return { op: 'uncaught', args: { line: line.slice(0, 2000) } }
    default:
      return undefined
  }
}

function parse(line: string): LogLine | undefined {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as LogLine) : undefined
  } catch {
    return undefined
  }
}
