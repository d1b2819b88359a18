import { jsonRequest, type Operation } from '../http/openapi/operation.ts'
import { batchSourceFields } from '../uploads/accept-source.ts'
import { ANY_FORM, type UploadForm } from '../uploads/upload-form.ts'
import type { ApiLimits } from './api-limits.ts'
import { batchBody } from './upload.ts'

/** Many photos: a form with files, or JSON with their URLs. */
export function formOrUrls(
  limits: ApiLimits,
  form: UploadForm = ANY_FORM,
): Pick<Operation, 'requestParams'> & { body: NonNullable<Operation['body']> } {
  const { requestParams, body } = batchBody(limits, form)
  const asJson = jsonRequest({
    schema: batchSourceFields(limits.maxFiles, form.kinds),
    examples: {
      'A photo at a URL': {
        items: [{ source: { url: 'https://photos.example/sunset.jpg' }, name: 'Sunset' }],
        priority: 'normal',
      },
    },
  })
  return { ...(requestParams && { requestParams }), body: { ...body, content: { ...body.content, ...asJson.content } } }
}
