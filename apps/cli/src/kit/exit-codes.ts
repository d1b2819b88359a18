import { DarkroomError } from '@darkroom/client'

export const EXIT = { done: 0, refused: 1, wrongUse: 2, notReachable: 3, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The command cannot be carried out as it was given. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse'
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof WrongUse) return EXIT.wrongUse
  return error instanceof DarkroomError && error.code === 'UNREACHABLE' ? EXIT.notReachable : EXIT.refused
}
