import { hash, randomUUID } from 'node:crypto'
import { unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KINDS, type AcceptedTask, type TaskKind, type TaskSource } from '@darkroom/contracts'
import { makeFolders } from '@darkroom/storage'
import type { Request } from 'express'
import { AppError } from '../app-error.ts'
import { parseInput } from '../http/input.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { CreateTask } from '../tasks/commands/create-task.ts'
import type { CheckReports } from '../tasks/report-fields.ts'
import { policyOf, type AboutInput, type AcceptedInput, type Kinds } from '../tasks/kind.ts'
import { newTaskId } from '../tasks/task-store.ts'
import { fingerprintOf } from './accept-file.ts'
import { idempotencyKey } from './idempotency.ts'
import { inputFields, type InputFields } from './input-fields.ts'
import { noteUpload } from './note-upload.ts'

type About = Omit<AboutInput, 'tenant' | 'taskId'>

/** Creates the task that `body` describes: by default that of the request. */
export type AcceptInput = (req: Request, body?: object, about?: About) => Promise<AcceptedTask>

/** Two API processes may choose the same jobId in the same millisecond. */
const TRIES = 3

/**
 * Creates a task from JSON. The JSON becomes the task's original, a file like any other, so that
 * everything that holds for uploads holds for it.
 */
export function createAcceptInput(options: {
  send: Send
  kinds: Kinds
  folder: string
  defaultTtlSeconds: number
  checkReports: CheckReports
}): AcceptInput {
  const { kinds, folder, defaultTtlSeconds } = options

  const create = async (req: Request, given: InputFields, about: About, tries = TRIES): Promise<AcceptedTask> => {
    const { callbackUrl, notify } = given
    options.checkReports(given)
    const id = newTaskId()
    const accepted = await read(kinds, given, { ...about, tenant: tenantOf(req), taskId: id })
    const bytes = Buffer.from(JSON.stringify(accepted.document))
    const sha256 = hash('sha256', bytes)
    const { kind, priority, metadata = {}, name = accepted.name } = given
    const ttlSeconds = given.ttlSeconds ?? KINDS[kind].policy.ttlSeconds ?? defaultTtlSeconds
    const common = { kind, priority, ttlSeconds, metadata, name, callbackUrl, notify }
    const key = idempotencyKey(req)
    const fingerprint = fingerprintOf([sha256], common)
    const tempPath = join(folder, `input-${randomUUID()}.json`)
    await makeFolders(folder)
    try {
      await writeFile(tempPath, bytes, { flag: 'wx', mode: 0o600 })
      return await options.send(
        new CreateTask({
          ...common,
          id,
          tenant: tenantOf(req),
          imageName: accepted.slug,
          jobId: accepted.jobId,
          source: { bytes: bytes.length, ...accepted.facts, sha256 } as TaskSource,
          extension: 'json',
          tempPath,
          asset: accepted.asset,
          idempotency: key === undefined ? undefined : { key, fingerprint },
        }),
      )
    } catch (error) {
      const isJobIdTaken = key === undefined && error instanceof AppError && error.code === 'IDEMPOTENCY_IN_FLIGHT'
      if (isJobIdTaken && tries > 1) return await create(req, given, about, tries - 1)
      throw error
    } finally {
      await unlink(tempPath).catch(() => {})
    }
  }

  return async (req, body = req.body as object, about = {}) => {
    const accepted = await create(req, parseInput(inputFields, body, 'INVALID_FIELD'), about)
    noteUpload(req, { taskId: accepted.id })
    return accepted
  }
}

function read(kinds: Kinds, { kind, input }: InputFields, about: AboutInput): Promise<AcceptedInput<TaskKind>> {
  const policy = policyOf(kinds, kind)
  if (policy.acceptInput) return policy.acceptInput(input, about)
  throw new AppError('INVALID_FIELD', `Tasks of the kind ${kind} are created from a file, not from JSON.`, {
    errors: [{ pointer: '/kind', detail: 'requires a file' }],
  })
}
