import { z } from 'zod'

export const TASK_COMMANDS_CHANNEL = 'task-commands'

/** A command of the API to the workers. It may be lost, so it must only save work. */
export const taskCommand = z.object({ command: z.literal('cancel'), jobId: z.string() })
export type TaskCommand = z.infer<typeof taskCommand>
