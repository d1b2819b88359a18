import type { BatchEvent, Language, TASK_ENDS } from '@darkroom/contracts'

export interface Message {
  subject: string
  text: string
}
type TaskEnd = (typeof TASK_ENDS)[number]

interface Texts {
  task: Record<TaskEnd, (name: string) => string>
  reason: (error: string) => string
  batch: (total: number) => string
  counts: (counts: BatchEvent['counts']) => string
  link: (url: string) => string
  id: (id: string) => string
  goodbye: string
}

const TEXTS: Record<Language, Texts> = {
  en: {
    task: {
      'task.completed': (name) => `${name} is ready`,
      'task.failed': (name) => `${name} could not be processed`,
      'task.cancelled': (name) => `${name} was cancelled`,
    },
    reason: (error) => `Reason: ${error}`,
    batch: (total) => (total === 1 ? 'Your file has been processed' : `Your ${total} files have been processed`),
    counts: ({ completed, failed, cancelled }) => `Ready: ${completed}. Failed: ${failed}. Cancelled: ${cancelled}.`,
    link: (url) => `See it at ${url}`,
    id: (id) => `Id: ${id}`,
    goodbye: 'You receive this message because your address was given with the upload.',
  },
  es: {
    task: {
      'task.completed': (name) => `${name} está listo`,
      'task.failed': (name) => `No se ha podido procesar ${name}`,
      'task.cancelled': (name) => `Se ha cancelado ${name}`,
    },
    reason: (error) => `Motivo: ${error}`,
    batch: (total) => (total === 1 ? 'Se ha procesado su archivo' : `Se han procesado sus ${total} archivos`),
    counts: ({ completed, failed, cancelled }) =>
      `Listos: ${completed}. Fallidos: ${failed}. Cancelados: ${cancelled}.`,
    link: (url) => `Puede verlo en ${url}`,
    id: (id) => `Identificador: ${id}`,
    goodbye: 'Recibe este mensaje porque su dirección se indicó al enviar los archivos.',
  },
}

interface EndedTask {
  type: TaskEnd
  name: string
  id: string
  error: string | null
  /** The absolute URL of its page, if it is known. */
  url: string | undefined
}

/** The message about the end of a task. */
export function taskMessage(language: Language, { type, name, id, error, url }: EndedTask): Message {
  const texts = TEXTS[language]
  const subject = texts.task[type](name)
  const reason = type === 'task.failed' && error !== null ? [texts.reason(error)] : []
  return { subject, text: [subject, ...reason, ...linkTo(texts, url), '', texts.id(id), texts.goodbye].join('\n') }
}

/** The message about the end of a batch. */
export function batchMessage(
  language: Language,
  { batchId, total, counts }: BatchEvent,
  url: string | undefined,
): Message {
  const texts = TEXTS[language]
  const subject = texts.batch(total)
  const lines = [subject, texts.counts(counts), ...linkTo(texts, url), '', texts.id(batchId), texts.goodbye]
  return { subject, text: lines.join('\n') }
}

const linkTo = (texts: Texts, url: string | undefined): string[] => (url === undefined ? [] : ['', texts.link(url)])
