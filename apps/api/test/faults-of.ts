import { AppError } from '../src/app-error.ts'

/** The invalid fields, with the reasons. */
export function faultsOf(act: () => unknown): { pointer: string; detail: string }[] {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return [...error.errors]
    throw error
  }
  throw new Error('Nothing was refused')
}
