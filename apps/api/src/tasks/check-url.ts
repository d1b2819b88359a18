import { OutgoingRefusal, type Outgoing } from '@darkroom/outgoing'
import { AppError } from '../app-error.ts'

/** Throws INVALID_FIELD with this pointer for a URL that no request is sent to. */
export type CheckUrl = (url: string, pointer: string) => URL

export const createCheckUrl =
  (outgoing: Pick<Outgoing, 'check'>): CheckUrl =>
  (url, pointer) => {
    try {
      return outgoing.check(url)
    } catch (error) {
      if (!(error instanceof OutgoingRefusal)) throw error
      const detail = `cannot be used: ${error.message}`
      throw new AppError('INVALID_FIELD', `${pointer} ${detail}`, { errors: [{ pointer, detail }] })
    }
  }
