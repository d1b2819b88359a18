import { z } from 'zod'

export const TASK_COMMANDS_CHANNEL = 'task-commands'

/**
 * What the API asks of the workers. It may be lost: nothing but the work of a moment may depend on
 * it.
 */
export const taskCommand = z.object({ command: z.literal('cancel'), jobId: z.string() })
export type TaskCommand = z.infer<typeof taskCommand>
