import { z } from 'zod'
import { storedFile, variant, type StoredFile, type Variant } from './stored-file.ts'

/**
 * What a worker is told of every task, whatever its kind: ids, never state. New fields must be
 * optional: jobs of the previous release may still be waiting.
 */
export const jobEnvelope = z.object({
  taskId: z.string(),
  timestamp: z.number(),
  epoch: z.number().int(),
  tenant: z.string(),
  /** Runs and attempts of this epoch made by an earlier job of the same id that Redis lost. */
  previous: z.object({ runs: z.number().int(), attempts: z.number().int() }).optional(),
  /** Failed runs of this job that used up no attempt, by cause. Written by workers. */
  setbacks: z
    .object({ crashed: z.number().int(), missing: z.number().int(), machine: z.number().int() })
    .partial()
    .optional(),
})
export type JobEnvelope = z.infer<typeof jobEnvelope>

/** What a run makes: files, and what the kind answers beside them. */
export interface Outcome {
  files: StoredFile[]
  result: Record<string, unknown>
}

/** The outcome of a run as its `task.completed` event tells it. */
export const toldOutcome = z.object({
  images: z.array(variant),
  files: z.array(storedFile).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
})
export type ToldOutcome = z.infer<typeof toldOutcome>

/** How many finished jobs of a queue are kept, and for how long, once their events are applied. */
export interface KeepPolicy {
  count: number
  ageMs: number
}

export interface KindPolicy {
  /** Attempts per epoch, the first included. */
  attempts: number
  /** Wait before the second attempt in milliseconds; doubles with each further one. */
  backoffMs: number
  keepCompleted: KeepPolicy
  keepFailed: KeepPolicy
  /** How long a run may be done before its start is written by itself; see `HeldStarts` of the API. */
  holdStartMs: number
  /** A run that takes longer is killed. */
  deadlineMs: number
}

/** A kind of task as it crosses processes. */
export interface KindContract<
  Kind extends string = string,
  Job extends JobEnvelope = JobEnvelope,
  Source extends z.ZodType = z.ZodType,
> {
  kind: Kind
  /** The name of its queue, and of the jobs on it. */
  queue: string
  job: string
  /** The program that does its jobs: a folder of `apps`, a service of compose. */
  worker: string
  /** The folder of its originals, below `storage`: small letters. */
  originals: string
  /** What a worker works on, in log lines and error messages: 'image'. */
  noun: string
  /** What a job says. */
  input: z.ZodType<Job>
  /** What is known of an upload: `bytes`, `sha256` and `md5` of every kind, and what is the kind's own. */
  source: Source
  /** The content types of its files. */
  contentTypes: readonly string[]
  /** What the kind answers beside files. */
  result: z.ZodType<Record<string, unknown>>
  /** How an event tells of an outcome. */
  tell: (outcome: Outcome) => ToldOutcome
  policy: KindPolicy
}

type Definition<Kind extends string, Input extends z.ZodRawShape, Source extends z.ZodRawShape> = Omit<
  KindContract<Kind>,
  'input' | 'source' | 'tell'
> & {
  /** What a job says beside the envelope. */
  input: Input
  /** What is known of an upload beside its size and its hashes. */
  source: Source
  /** Only for a kind whose events tell of files in another way. */
  tell?: KindContract['tell']
}

/** Makes the contract of a kind out of what is its own. */
export function defineKind<Kind extends string, Input extends z.ZodRawShape, Source extends z.ZodRawShape>({
  input,
  source,
  tell = ({ files, result }) => ({ images: [], files, result }),
  ...own
}: Definition<Kind, Input, Source>) {
  return {
    ...own,
    input: jobEnvelope.extend(input),
    // Strict: of several kinds, a source is that of the one whose fields it has, all of them.
    source: z.strictObject({ bytes: z.number().int(), ...source, sha256: z.string(), md5: z.string() }),
    tell,
  }
}

/** The outcome that an event tells of. */
export function outcomeOf({ images, files, result = {} }: ToldOutcome): Outcome {
  return { files: files ?? images.map(toStoredFile), result }
}

/** A variant as a stored file. */
export function toStoredFile({ resolution, width, height, size, md5, path }: Variant): StoredFile {
  return { name: resolution, contentType: 'image/jpeg', bytes: size, md5, path, facts: { width, height } }
}
