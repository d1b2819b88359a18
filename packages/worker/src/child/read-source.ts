import { finished } from 'node:stream/promises'
import type { DiskStorage } from '@darkroom/storage'
import { JobFailure } from './job-failure.ts'
import { readFailure } from './storage-failure.ts'

/**
 * The verdict of an engine on bytes that it can never process; undefined if the error is not a
 * verdict.
 */
export type VerdictOf = (error: unknown) => { code: string; message: string } | undefined

export interface Source {
  storage: Pick<DiskStorage, 'stat' | 'open' | 'resolve'>
  key: string
}

export interface Engine<Made> {
  read: (path: string) => Promise<Made>
  verdictOf: VerdictOf
}

/**
 * Lets an engine process an original. A verdict of the engine is permanent; a machine problem may
 * be temporary.
 * @returns what was made, and the size of the original
 * @throws JobFailure
 */
export async function readSource<Made>(
  source: Source,
  { read, verdictOf }: Engine<Made>,
): Promise<{ made: Made; bytesIn: number }> {
  const { storage, key } = source
  try {
    const { bytes: bytesIn } = await storage.stat(key)
    return { made: await read(storage.resolve(key)), bytesIn }
  } catch (error) {
    const verdict = verdictOf(error)
    if (verdict === undefined) throw readFailure(error)
    await assertReadable(source)
    throw new JobFailure({ ...verdict, retryable: false }, { cause: error })
  }
}

/**
 * An engine mistakes read errors for damage, so its verdict only counts if the original can be read
 * to its end.
 */
async function assertReadable({ storage, key }: Source): Promise<void> {
  try {
    const { stream } = await storage.open(key)
    stream.resume()
    await finished(stream)
  } catch (error) {
    throw readFailure(error)
  }
}
