import { acceptedVideo } from '@darkroom/contracts'
import { TEMPLATE_INPUTS } from '@darkroom/videos/check-input'
import { z } from 'zod'
import { parseInput } from '../http/input.ts'
import { json, JSON_PROBLEMS, jsonRequest } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import type { InputSteps } from '../uploads/create-uploads.ts'
import type { ApiLimits } from './api-limits.ts'
import { retryAfter } from './retry-after.ts'
import { INPUT_PROBLEMS, requestParams } from './upload.ts'

const { city, temperature, condition, description, date, language } = TEMPLATE_INPUTS.weather.shape

/** The older form of a video's input. */
const renderVideo = z.strictObject({
  city: city.meta({ description: 'Part of the jobId' }),
  weatherData: z
    .strictObject({ city, temperature, condition, description, date })
    .meta({ description: 'The weather, as the video shows it' }),
  imageFilename: z
    .string()
    .max(255, 'must have at most 255 characters')
    .meta({ description: 'The name of an asset, which becomes the background', examples: ['mountains.jpg'] }),
  language: language.unwrap().meta({ description: 'Of the date and the condition' }),
})

const example = {
  city: 'Madrid',
  weatherData: {
    city: 'Madrid',
    temperature: 24,
    condition: 'sunny',
    description: 'Cielo despejado y brisa suave por la tarde',
    date: '2026-05-30',
  },
  imageFilename: 'mountains.jpg',
  language: 'es',
} as const

/** `/api/render-video`: an older form of tasks of the kind `video.render`. */
export const videoRoutes = routesOf<InputSteps, ApiLimits>('Videos', {
  'POST /render-video': {
    scope: 'tasks:write',
    doc: {
      operationId: 'renderVideo',
      summary: 'Request a weather video',
      description: 'Creates a task of the kind `video.render`. Follow it at `/api/jobs/{jobId}`.',
      requestParams,
      body: jsonRequest({ schema: renderVideo, examples: { Madrid: example } }),
      answers: {
        202: json(
          'The id of the job, and the estimated time',
          {
            schema: acceptedVideo,
            examples: {
              Accepted: {
                jobId: 'video-madrid-1780131600000',
                status: 'pending',
                message: 'Video render job has been queued',
                estimatedTime: '2-5 minutes',
              },
            },
          },
          'Location',
          'RetryAfter',
        ),
      },
      problems: [...INPUT_PROBLEMS, ...JSON_PROBLEMS],
    },
    handle: ({ receiveInput, acceptInput }) => [
      ...receiveInput,
      async (req, res) => {
        const given = parseInput(renderVideo, req.body, 'INVALID_FIELD')
        const { weatherData, imageFilename: background } = given
        const input = { template: 'weather', ...weatherData, language: given.language, background }
        const about = { label: given.city, pointers: { background: '/imageFilename' } }
        const accepted = await acceptInput(req, { kind: 'video.render', input }, about)
        const { jobId, estimatedTime } = accepted
        res
          .status(202)
          .location(`/api/jobs/${jobId}`)
          .set('Retry-After', retryAfter(accepted.estimate))
          .json({ jobId, status: 'pending', message: 'Video render job has been queued', estimatedTime })
      },
    ],
  },
})
