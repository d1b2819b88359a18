import { taskCommand, type TaskCommand } from '@darkroom/contracts'
import type { Redis } from 'ioredis'
import { subscribeJson, type ChannelHandlers } from './json-channel.ts'

/**
 * Sends a command to all workers. Rejects while Redis is unreachable, but not if nobody listens.
 */
export async function publishTaskCommand(redis: Redis, channel: string, command: TaskCommand): Promise<void> {
  await redis.publish(channel, JSON.stringify(command))
}

export type CommandHandlers = ChannelHandlers<TaskCommand>

/** @param redis a dedicated connection; the caller owns and closes it. */
export async function subscribeTaskCommands(redis: Redis, channel: string, handlers: CommandHandlers): Promise<void> {
  await subscribeJson(redis, channel, taskCommand, handlers)
}
