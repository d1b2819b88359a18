import type { AcceptedBatch, AcceptedTask } from '@darkroom/contracts'
import type { Request } from 'express'
import { z } from 'zod'
import { CreateBatch, type BatchCandidate } from '../batches/create-batch.ts'
import type { CheckUrl } from '../tasks/check-url.ts'
import { parseInput } from '../http/input.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { cleanName } from '../tasks/clean-name.ts'
import { CreateTask, type NewTask } from '../tasks/commands/create-task.ts'
import { metadataField, nameField } from '../tasks/json-fields.ts'
import { toBatchAnswer } from './accept-batch.ts'
import { fingerprintOf } from './accept-file.ts'
import { idempotencyKey } from './idempotency.ts'
import type { CheckReports } from '../tasks/report-fields.ts'
import { jsonUploadFields, toText } from './json-upload-fields.ts'
import { noteUpload } from './note-upload.ts'
import { uploadFields, type UploadKinds } from './upload-fields.ts'
import { ANY_FORM } from './upload-form.ts'

const MAX_URL_LENGTH = 2048
/** That of the URL is a hint for operators: the content of the file decides what it is. */
const EXTENSION = /\.(jpe?g|png|webp|gif)$/i

const source = z.strictObject({
  url: z
    .string()
    .max(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters`)
    .meta({ description: 'A worker downloads the photo from there', examples: ['https://photos.example/beach.jpg'] }),
})
const ownName = nameField.meta({ description: 'By default the last part of the URL' })

/** A request for a task whose photo is downloaded. */
export const sourceFields = z.strictObject({ source, name: ownName, ...jsonUploadFields(ANY_FORM.kinds) })

/** A request for many of them. */
export const batchSourceFields = (maxItems: number, kinds: UploadKinds = ANY_FORM.kinds) =>
  z.strictObject({
    items: z
      .array(z.strictObject({ source, name: ownName, metadata: metadataField }))
      .min(1, 'must have at least one item')
      .max(maxItems, `must have at most ${maxItems} items`)
      .meta({ description: 'The photos; `metadata` is that of the batch unless an item has its own' }),
    ...jsonUploadFields(kinds),
  })

/**
 * Creates the task that `given` describes: by default the body of the request, otherwise `pointer`
 * is where that has the URL.
 */
export type AcceptSource = (req: Request, given?: { body: unknown; pointer: string }) => Promise<AcceptedTask>
/** Creates the batch that `body` describes: by default that of the request. */
export type AcceptSourceBatch = (req: Request, body?: unknown) => Promise<AcceptedBatch>

interface Options {
  send: Send
  checkUrl: CheckUrl
  defaultTtlSeconds: number
  maxItems: number
  checkReports: CheckReports
}

/**
 * Creates tasks whose photos workers download. Whether a URL can be used at all is said at once; what
 * happens at the other end is the task's result.
 */
export function createAcceptSource(options: Options) {
  const { send, checkUrl, defaultTtlSeconds: ttlSeconds, maxItems, checkReports } = options
  const { kinds } = ANY_FORM
  const ofTask = uploadFields({ kinds, ttlSeconds, priority: 'interactive' })
  const ofBatch = uploadFields({ kinds, ttlSeconds, priority: 'batch' })
  const batchSchema = batchSourceFields(maxItems)

  const toTask = (
    given: Omit<z.infer<typeof sourceFields>, 'kind'> & { kind?: string | undefined },
    schema: typeof ofTask,
    pointer: string,
  ): { task: Omit<NewTask, 'tenant' | 'idempotency'>; fingerprint: string } => {
    const { source: wanted, name: givenName, ...others } = given
    const url = checkUrl(wanted.url, pointer)
    const fields = parseInput(schema, toText(others), 'INVALID_FIELD')
    const { name: _name, kind, priority, metadata, ttlSeconds: keptSeconds, callbackUrl, notify, ...own } = fields
    checkReports(fields)
    const name = givenName ?? nameIn(url)
    const task = {
      ...{ kind, priority, metadata, name, ttlSeconds: keptSeconds, callbackUrl, notify },
      source: { url: wanted.url, ...own },
      extension: extensionOf(url),
    }
    return { task, fingerprint: fingerprintOf([wanted.url], { ...fields, name }) }
  }

  const acceptSource: AcceptSource = async (req, { body, pointer } = { body: req.body, pointer: '/source/url' }) => {
    const { task, fingerprint } = toTask(parseInput(sourceFields, body, 'INVALID_FIELD'), ofTask, pointer)
    const key = idempotencyKey(req)
    const idempotency = key === undefined ? undefined : { key, fingerprint }
    const accepted = await send(new CreateTask({ ...task, tenant: tenantOf(req), idempotency }))
    noteUpload(req, { taskId: accepted.id })
    return accepted
  }

  const acceptSourceBatch: AcceptSourceBatch = async (req, body = req.body) => {
    const { items, notify, ...common } = parseInput(batchSchema, body, 'INVALID_FIELD')
    checkReports({ callbackUrl: common.callbackUrl, notify })
    const candidates = items.map((item, index): BatchCandidate => {
      const given = { ...common, ...item, metadata: item.metadata ?? common.metadata }
      const name = item.name ?? cleanName(item.source.url.split(/[?#]/)[0] ?? '')
      try {
        return { name, ...toTask(given, ofBatch, `/items/${index}/source/url`) }
      } catch (fault) {
        return { name, fault }
      }
    })
    const key = idempotencyKey(req)
    const fingerprint = fingerprintOf(
      items.map(({ source: { url } }) => url),
      { ...common, notify, items },
    )
    // People get one message, about the batch.
    const idempotency = key === undefined ? undefined : { key, fingerprint }
    const wishes = { idempotency, callbackUrl: common.callbackUrl, notify }
    const batch = await send(new CreateBatch(tenantOf(req), candidates, wishes))
    const answer = toBatchAnswer(batch.batchId, batch.items)
    noteUpload(req, { batchId: batch.batchId, accepted: answer.accepted, rejected: answer.rejected })
    return answer
  }
  return { acceptSource, acceptSourceBatch }
}

const extensionOf = ({ pathname }: URL): string =>
  (EXTENSION.exec(pathname)?.[1] ?? 'jpg').toLowerCase().replace('jpeg', 'jpg')

function nameIn({ pathname }: URL): string {
  try {
    return cleanName(decodeURIComponent(pathname))
  } catch {
    return cleanName(pathname)
  }
}
