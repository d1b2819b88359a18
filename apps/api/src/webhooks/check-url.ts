import { OutgoingRefusal, type Outgoing } from '@darkroom/outgoing'
import { AppError } from '../app-error.ts'

/** Throws INVALID_FIELD with this pointer for a URL that nothing is sent to. */
export type CheckUrl = (url: string, pointer: string) => void

export const createCheckUrl =
  (outgoing: Pick<Outgoing, 'check'>): CheckUrl =>
  (url, pointer) => {
    try {
      outgoing.check(url)
    } catch (error) {
      if (!(error instanceof OutgoingRefusal)) throw error
      throw new AppError('INVALID_FIELD', `${pointer} ${error.message}`, {
        errors: [{ pointer, detail: error.message }],
      })
    }
  }
