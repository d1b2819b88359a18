import pc from 'picocolors'
import { hasEnded, type Photo } from './demo-client.ts'
import { formatBytes } from './demo-table.ts'

export interface Progress {
  show: (photo: Photo) => void
  end: () => void
}

/** On a terminal, a single line that is updated; otherwise a line for each step of a photo. */
export function showProgress(total: number): Progress {
  return process.stdout.isTTY ? oneLine(total) : lineByLine()
}

function oneLine(total: number): Progress {
  const seen = new Set<Photo>()
  const write = (text: string): void => void process.stdout.write(`\r\u001B[2K${text}`)
  return {
    show: (photo) => {
      seen.add(photo)
      const done = [...seen].filter(hasEnded).length
      const text = `${done} of ${total} done  ${photo.name} ${stepOf(photo)}`
      write(pc.cyan(text.slice(0, process.stdout.columns - 1)))
    },
    end: () => write(''),
  }
}

function lineByLine(): Progress {
  const said = new Map<Photo, string>()
  return {
    show: (photo) => {
      const status = photo.fault ? 'failed' : (photo.task?.status ?? '')
      if (said.get(photo) === status) return
      said.set(photo, status)
      console.log(`${photo.name}: ${stepOf(photo)}`)
    },
    end: () => {},
  }
}

function stepOf({ task, fault }: Photo): string {
  if (fault !== undefined) return `failed: ${fault}`
  if (!task) return 'not sent'
  if (task.status === 'pending') return `accepted (${formatBytes(task.source.bytes ?? 0)}), waiting`
  return task.status === 'processing' ? `${task.progress.stage} ${task.progress.percent} %` : task.status
}
