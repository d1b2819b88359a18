import { jsonRequest, type Operation } from '../http/openapi/operation.ts'
import { z } from 'zod'
import { sourceFields } from '../uploads/accept-source.ts'
import { inputFields } from '../uploads/input-fields.ts'
import type { ApiLimits } from './api-limits.ts'
import { uploadBody } from './upload.ts'

const madrid = {
  template: 'weather',
  city: 'Madrid',
  temperature: 24,
  condition: 'sun',
  description: 'Cielo despejado y brisa suave por la tarde',
  date: '2026-05-30',
  language: 'es',
  format: 'portrait',
  background: 'mountains.jpg',
}

/** A form with a file, or JSON. */
export function taskBody(limits: ApiLimits): Pick<Operation, 'requestParams' | 'body'> {
  const { requestParams, body } = uploadBody(limits)
  const asJson = jsonRequest({
    schema: z.union([inputFields, sourceFields]).meta({ description: 'The input of a video, or the URL of a photo' }),
    examples: {
      'A video': { kind: 'video.render', input: madrid },
      'A photo at a URL': { source: { url: 'https://photos.example/beach.jpg' }, priority: 'normal' },
    },
  })
  return { ...(requestParams && { requestParams }), body: { ...body, content: { ...body.content, ...asJson.content } } }
}
