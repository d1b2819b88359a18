import { downloadUrl, acceptedTask, task, taskEventPage, taskPage } from '@darkroom/contracts'
import { z } from 'zod'
import type { ApiLimits } from './api-limits.ts'
import { JOB_ID, TASK_ID } from '../http/openapi/example-ids.ts'
import {
  content,
  json,
  JSON_PROBLEMS,
  jsonRequest,
  noContent,
  toExamples,
  type Operation,
  type Paths,
} from '../http/openapi/operation.ts'
import { uploadBody, UPLOAD_PROBLEMS } from './upload.ts'
import { taskEventPageExamples, taskEventStreamExample } from './task-event-examples.ts'
import { taskExamples, taskPageExamples } from './task-examples.ts'
import { downloadQuery, downloadUrlFields, listQuery, taskChanges, waitQuery } from './task-fields.ts'

const TAGS = ['Tasks']
const taskPath = {
  path: z.object({
    id: z.string().meta({ description: 'The id of the task, or its jobId', examples: [TASK_ID, JOB_ID] }),
  }),
}

/** The same for both forms of the path. */
export const download: Omit<Operation, 'operationId' | 'tags'> = {
  summary: 'Download a variant',
  description: 'The largest unless `resolution` names another one. Ranges are supported.',
  requestParams: {
    ...taskPath,
    query: downloadQuery,
    header: z.object({
      Range: z.string().optional().meta({ description: 'A part of the file, such as `bytes=0-1023`' }),
      'If-Range': z
        .string()
        .optional()
        .meta({ description: 'The ETag of the part that you have: the whole file if it has changed' }),
      'If-Match': z.string().optional().meta({ description: 'Answer only if this is still the ETag' }),
    }),
  },
  answers: {
    200: content(
      'The whole file',
      'image/jpeg',
      { schema: { type: 'string', format: 'binary' } },
      'ETag',
      'ContentDisposition',
      'AcceptRanges',
    ),
    206: content(
      'A part of it',
      'image/jpeg',
      { schema: { type: 'string', format: 'binary' } },
      'ETag',
      'ContentDisposition',
      'AcceptRanges',
      'ContentRange',
    ),
  },
  problems: [
    'INVALID_QUERY',
    'INVALID_SIGNATURE',
    'URL_EXPIRED',
    'TASK_NOT_FOUND',
    'VARIANT_NOT_FOUND',
    'FILE_MISSING',
    'TASK_NOT_READY',
    'TASK_FAILED',
    'TASK_CANCELLED',
    'TASK_EXPIRED',
    'PRECONDITION_FAILED',
    'RANGE_NOT_SATISFIABLE',
    'STORE_UNAVAILABLE',
    'STORAGE_UNAVAILABLE',
  ],
}

const downloadUrlExample = {
  url: `/api/v1/tasks/${TASK_ID}/download?resolution=1024&expires=1777973400&kid=k1&signature=3vPq0sN7cYk2LhW9eZtR5uXaB1mGdJ8oFiKxQyC4T6M`,
  expiresAt: '2026-05-05T09:30:00.000Z',
}

const lastEventId = z
  .string()
  .optional()
  .meta({ description: 'The id of the last event that you received, such as `1.1998`: the stream goes on after it' })

/** Paths of {@link taskRoutes} and {@link taskEventRoutes}. */
export const taskPaths = (limits: ApiLimits): Paths => ({
  '/api/v1/tasks': {
    post: {
      operationId: 'createTask',
      tags: TAGS,
      summary: 'Upload a photo',
      description: 'Answered as soon as the task is stored durably; workers then make its variants.',
      ...uploadBody(limits),
      answers: {
        202: json(
          'The task, and when it is expected to be done',
          { schema: acceptedTask, examples: { Accepted: taskExamples.accepted } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: UPLOAD_PROBLEMS,
    },
    get: {
      operationId: 'listTasks',
      tags: TAGS,
      summary: 'List tasks, newest first',
      description: 'With `batchId`, in the order in which the files were uploaded.',
      requestParams: { query: listQuery },
      answers: {
        200: json(
          'A page of tasks',
          { schema: taskPage, examples: { 'The first of many': taskPageExamples.tasks } },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}': {
    get: {
      operationId: 'getTask',
      tags: TAGS,
      summary: 'Get a task',
      description:
        'With `wait`, answered as soon as the task changes or differs from the ETag in If-None-Match, at the latest after so many seconds.',
      requestParams: { ...taskPath, query: waitQuery },
      answers: {
        200: json(
          'The task',
          {
            schema: task,
            examples: {
              Completed: taskExamples.completed,
              'Being processed': taskExamples.processing,
              Failed: taskExamples.failed,
            },
          },
          'ETag',
        ),
      },
      problems: ['INVALID_QUERY', 'TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
    patch: {
      operationId: 'updateTask',
      tags: TAGS,
      summary: 'Update a task',
      description: 'Fields that are given replace the old ones.',
      requestParams: {
        ...taskPath,
        header: z.object({
          'If-Match': z.string().optional().meta({ description: 'Change the task only if this is still its ETag' }),
        }),
      },
      body: jsonRequest({
        schema: taskChanges,
        examples: {
          'Another name': { name: 'beach at noon.jpg' },
          'A day more': { ttlSeconds: 691_200 },
          'Metadata of your own': { metadata: { album: 7 } },
        },
      }),
      answers: {
        200: json('The task as it is now', { schema: task, examples: { Renamed: taskExamples.edited } }, 'ETag'),
      },
      problems: [
        ...JSON_PROBLEMS,
        'TASK_NOT_FOUND',
        'TASK_CHANGED',
        'TASK_EXPIRED',
        'PRECONDITION_FAILED',
        'STORE_UNAVAILABLE',
      ],
    },
    delete: {
      operationId: 'deleteTask',
      tags: TAGS,
      summary: 'Delete a task with all its files',
      requestParams: taskPath,
      answers: { 204: noContent('Deleted') },
      problems: ['TASK_NOT_FOUND', 'TASK_PROCESSING', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/cancel': {
    post: {
      operationId: 'cancelTask',
      tags: TAGS,
      summary: 'Cancel a pending or running task',
      requestParams: taskPath,
      answers: { 202: json('The task', { schema: task, examples: { Cancelled: taskExamples.cancelled } }, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'TASK_FINAL', 'TASK_CHANGED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/retry': {
    post: {
      operationId: 'retryTask',
      tags: TAGS,
      summary: 'Restart a finished task',
      requestParams: taskPath,
      answers: {
        202: json(
          'The task, pending again',
          { schema: task, examples: { Restarted: taskExamples.restarted } },
          'ETag',
          'Location',
          'RetryAfter',
        ),
      },
      problems: ['TASK_NOT_FOUND', 'TASK_NOT_FINAL', 'TASK_CHANGED', 'TASK_EXPIRED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/download': { get: { ...download, operationId: 'downloadVariant', tags: TAGS } },
  '/api/v1/tasks/{id}/download-url': {
    post: {
      operationId: 'signDownload',
      tags: TAGS,
      summary: 'Create a signed download URL',
      requestParams: taskPath,
      body: jsonRequest({
        schema: downloadUrlFields,
        examples: { 'For a day': { resolution: '1024', expiresInSeconds: 86_400 } },
      }),
      answers: {
        200: json('The URL, and when it expires', {
          schema: downloadUrl,
          examples: { 'For a day': downloadUrlExample },
        }),
      },
      problems: [...JSON_PROBLEMS, 'TASK_NOT_FOUND', 'SIGNING_DISABLED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/events': {
    get: {
      operationId: 'listTaskEvents',
      tags: TAGS,
      summary: 'Get or stream the events of a task',
      description:
        'With `Accept: text/event-stream`, a stream of past and future events until the task has ended; the data of each is a `TaskEvent`.',
      requestParams: { ...taskPath, header: z.object({ 'Last-Event-ID': lastEventId }) },
      answers: {
        200: {
          description: 'The events, oldest first',
          content: {
            'application/json': { schema: taskEventPage, examples: toExamples(taskEventPageExamples) },
            'text/event-stream': {
              schema: {
                type: 'string',
                description:
                  'Server-sent events. `data` is a TaskEvent as JSON; `event` is its type, `id` its place, to be sent as Last-Event-ID.',
              },
              example: taskEventStreamExample,
            },
          },
        },
        204: noContent('The task has ended, and the client has received all of its events'),
      },
      problems: ['TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
  },
})
