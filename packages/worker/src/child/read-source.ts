import { finished } from 'node:stream/promises'
import type { DiskStorage } from '@darkroom/storage'
import { JobFailure } from './job-failure.ts'
import { readFailure } from './storage-failure.ts'

/**
 * What an engine says of bytes that it can never use; undefined when an error is no such verdict.
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
 * Has an engine make something of an original. A verdict of the engine is permanent; trouble of the
 * machine may pass.
 * @returns what was made, and how many bytes the original has
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
 * An engine takes what it could not read for damage: only an original that can be read to its end
 * is condemned.
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
