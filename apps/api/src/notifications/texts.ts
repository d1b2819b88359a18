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
    id: (id) => `Identificador: ${id}`,
    goodbye: 'Recibe este mensaje porque su dirección se indicó al enviar los archivos.',
  },
}

/** The message about the end of a task. */
export function taskMessage(
  language: Language,
  { type, name, id, error }: { type: TaskEnd; name: string; id: string; error: string | null },
): Message {
  const texts = TEXTS[language]
  const subject = texts.task[type](name)
  const reason = type === 'task.failed' && error !== null ? [texts.reason(error)] : []
  return { subject, text: [subject, ...reason, '', texts.id(id), texts.goodbye].join('\n') }
}

/** The message about the end of a batch. */
export function batchMessage(language: Language, { batchId, total, counts }: BatchEvent): Message {
  const texts = TEXTS[language]
  const subject = texts.batch(total)
  return { subject, text: [subject, texts.counts(counts), '', texts.id(batchId), texts.goodbye].join('\n') }
}
