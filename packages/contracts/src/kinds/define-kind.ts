import { z } from 'zod'
import { fetchedSource } from './fetched-source.ts'
import { storedFile, variant, type StoredFile, type Variant } from './stored-file.ts'

/**
 * The data of every job, whatever its kind: ids, never state. New fields must be optional: jobs of
 * the previous release may still be waiting.
 */
export const jobEnvelope = z.object({
  taskId: z.string(),
  timestamp: z.number(),
  epoch: z.number().int(),
  tenant: z.string(),
  /** Runs and attempts in this epoch of an earlier job with the same id that Redis lost. */
  previous: z.object({ runs: z.number().int(), attempts: z.number().int() }).optional(),
  /** Failed runs of this job that used up no attempt, by cause. Written by workers. */
  setbacks: z
    .object({
      crashed: z.number().int(),
      missing: z.number().int(),
      remote: z.number().int(),
      machine: z.number().int(),
    })
    .partial()
    .optional(),
})
export type JobEnvelope = z.infer<typeof jobEnvelope>

/** What a run produces: files, and further results, depending on the kind. */
export interface Outcome {
  files: StoredFile[]
  result: Record<string, unknown>
}

/** The outcome of a run in its `task.completed` event. */
export const toldOutcome = z.object({
  images: z.array(variant),
  files: z.array(storedFile).optional(),
  /** Of an image task: not among `files`, which earlier releases take for all there are. */
  thumb: storedFile.optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  /** If the run downloaded the original. */
  source: fetchedSource.optional(),
})
export type ToldOutcome = z.infer<typeof toldOutcome>

/** How many finished jobs of a queue are kept, and for how long, once their events are applied. */
export interface KeepPolicy {
  count: number
  ageMs: number
}

export interface KindPolicy {
  /** Attempts per epoch, including the first. */
  attempts: number
  /** Wait before the second attempt in milliseconds; doubles for each further one. */
  backoffMs: number
  keepCompleted: KeepPolicy
  keepFailed: KeepPolicy
  /** A run that takes longer is killed. */
  deadlineMs: number
  /** How long a task takes, as long as none has been measured. */
  firstEstimate?: { p50Ms: number; p90Ms: number }
  /** How long the files are kept, if neither the client nor the installation says. */
  ttlSeconds?: number
}

/** What all processes know about a kind of task. */
export interface KindContract<
  Kind extends string = string,
  Job extends JobEnvelope = JobEnvelope,
  Source extends z.ZodType = z.ZodType,
  Fields extends z.ZodRawShape = z.ZodRawShape,
  Result extends z.ZodType<Record<string, unknown>> = z.ZodType<Record<string, unknown>>,
> {
  kind: Kind
  /** The names of its queue and of the jobs in it. */
  queue: string
  job: string
  /** The program that runs its jobs: a folder in `apps`, and a Compose service. */
  worker: string
  /** The folder of its originals in `storage`: lower-case letters. */
  originals: string
  /** What its jobs process, for log lines and error messages: 'image'. */
  noun: string
  /** The text fields of its uploads besides those of every kind. */
  fields: Fields
  /** The data of a job. */
  input: z.ZodType<Job>
  /** The fields of a job that are the keys of files that its run reads. */
  reads: readonly string[]
  /** What is known about an upload: `bytes`, `sha256`, and fields specific to the kind. */
  source: Source
  /** The content types of the files that it produces. */
  contentTypes: readonly string[]
  /** Its results other than files. */
  result: Result
  /** Converts an outcome to its form in an event. */
  tell: (outcome: Outcome) => ToldOutcome
  policy: KindPolicy
}

type Definition<
  Kind extends string,
  Input extends z.ZodRawShape,
  Source extends z.ZodRawShape,
  Fields extends z.ZodRawShape,
  Result extends z.ZodType<Record<string, unknown>>,
> = Omit<KindContract<Kind>, 'fields' | 'input' | 'reads' | 'source' | 'result' | 'tell'> & {
  fields: Fields
  result: Result
  /** The fields of a job besides the envelope. */
  input: Input
  reads: readonly (keyof Input & string)[]
  /** What is known about an upload besides its size and hashes. */
  source: Source
  /** Only for a kind whose events describe files differently. */
  tell?: KindContract['tell']
}

/** Release 0.1 told it, and its answers are cached for a minute while it runs beside this one. */
const oldMd5 = z.string().optional().meta({ deprecated: true, description: 'Of release 0.1; nothing needs it' })

/** Creates the contract of a kind from its own fields. */
export function defineKind<
  Kind extends string,
  Input extends z.ZodRawShape,
  Source extends z.ZodRawShape,
  Fields extends z.ZodRawShape,
  Result extends z.ZodType<Record<string, unknown>>,
>({
  input,
  source,
  tell = ({ files, result }) => ({ images: [], files, result }),
  ...own
}: Definition<Kind, Input, Source, Fields, Result>) {
  return {
    ...own,
    input: jobEnvelope.extend(input),
    // Strict, so that in a union of kinds a source only matches the kind whose fields it has.
    source: z.strictObject({ bytes: z.number().int(), ...source, sha256: z.string(), md5: oldMd5 }),
    tell,
  }
}

/** The outcome in an event. */
export function outcomeOf({ images, files, thumb, result = {} }: ToldOutcome): Outcome {
  return { files: [...(files ?? images.map(toStoredFile)), ...(thumb ? [thumb] : [])], result }
}

/** Converts a variant to a stored file. */
export function toStoredFile({ resolution, width, height, size, md5, path }: Variant): StoredFile {
  return { name: resolution, contentType: 'image/jpeg', bytes: size, md5, path, facts: { width, height } }
}
