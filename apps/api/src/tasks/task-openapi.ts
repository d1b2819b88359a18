import { downloadUrl, acceptedTask, task, taskEventPage, taskPage } from '@darkroom/contracts'
import { z } from 'zod'
import type { ApiLimits } from '../http/openapi/api-limits.ts'
import { content, json, JSON_PROBLEMS, noContent, type Operation, type Paths } from '../http/openapi/operation.ts'
import { uploadBody, UPLOAD_PROBLEMS } from '../http/openapi/upload.ts'
import { downloadQuery, downloadUrlFields, listQuery, taskChanges, waitQuery } from './task-fields.ts'

const tags = ['Tasks']
const taskPath = {
  path: z.object({ id: z.string().meta({ description: 'The id of the task, or its jobId', example: '65d4c0ffee65d4c0ffee65d4' }) }),
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
      'If-Range': z.string().optional(),
      'If-Match': z.string().optional(),
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

const lastEventId = z
  .string()
  .optional()
  .meta({ description: 'The id of the last event that you received, such as `1.1998`: the stream goes on after it' })

/** Paths of {@link taskRoutes} and {@link taskEventRoutes}. */
export const taskPaths = (limits: ApiLimits): Paths => ({
  '/api/v1/tasks': {
    post: {
      operationId: 'createTask',
      tags,
      summary: 'Upload a photo',
      description: 'Answered as soon as the task is stored durably; workers then make its variants.',
      ...uploadBody(limits),
      answers: { 202: json('The task, and when it is expected to be done', acceptedTask, 'Location', 'RetryAfter') },
      problems: UPLOAD_PROBLEMS,
    },
    get: {
      operationId: 'listTasks',
      tags,
      summary: 'List tasks, newest first',
      description: 'With `batchId`, in the order in which the files were uploaded.',
      requestParams: { query: listQuery },
      answers: { 200: json('A page of tasks', taskPage, 'ETag', 'Link') },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}': {
    get: {
      operationId: 'getTask',
      tags,
      summary: 'Get a task',
      description:
        'With `wait`, answered as soon as the task changes or differs from the ETag in If-None-Match, at the latest after so many seconds.',
      requestParams: { ...taskPath, query: waitQuery },
      answers: { 200: json('The task', task, 'ETag') },
      problems: ['INVALID_QUERY', 'TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
    patch: {
      operationId: 'updateTask',
      tags,
      summary: 'Update a task',
      description: 'Fields that are given replace the old ones.',
      requestParams: {
        ...taskPath,
        header: z.object({
          'If-Match': z.string().optional().meta({ description: 'Change the task only if this is still its ETag' }),
        }),
      },
      body: { required: true, content: { 'application/json': { schema: taskChanges } } },
      answers: { 200: json('The task as it is now', task, 'ETag') },
      problems: [...JSON_PROBLEMS, 'TASK_NOT_FOUND', 'TASK_CHANGED', 'TASK_EXPIRED', 'PRECONDITION_FAILED', 'STORE_UNAVAILABLE'],
    },
    delete: {
      operationId: 'deleteTask',
      tags,
      summary: 'Delete a task with all its files',
      requestParams: taskPath,
      answers: { 204: noContent('Deleted') },
      problems: ['TASK_NOT_FOUND', 'TASK_PROCESSING', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/cancel': {
    post: {
      operationId: 'cancelTask',
      tags,
      summary: 'Cancel a pending or running task',
      requestParams: taskPath,
      answers: { 202: json('The task', task, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'TASK_FINAL', 'TASK_CHANGED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/retry': {
    post: {
      operationId: 'retryTask',
      tags,
      summary: 'Restart a finished task',
      requestParams: taskPath,
      answers: { 202: json('The task, pending again', task, 'ETag', 'Location', 'RetryAfter') },
      problems: ['TASK_NOT_FOUND', 'TASK_NOT_FINAL', 'TASK_CHANGED', 'TASK_EXPIRED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/download': { get: { ...download, operationId: 'downloadVariant', tags } },
  '/api/v1/tasks/{id}/download-url': {
    post: {
      operationId: 'signDownload',
      tags,
      summary: 'Create a signed download URL',
      requestParams: taskPath,
      body: { required: true, content: { 'application/json': { schema: downloadUrlFields } } },
      answers: { 200: json('The URL, and when it expires', downloadUrl) },
      problems: [...JSON_PROBLEMS, 'TASK_NOT_FOUND', 'SIGNING_DISABLED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/events': {
    get: {
      operationId: 'listTaskEvents',
      tags,
      summary: 'Get or stream the events of a task',
      description: 'With `Accept: text/event-stream`, past and future events until the task has ended.',
      requestParams: { ...taskPath, header: z.object({ 'Last-Event-ID': lastEventId }) },
      answers: {
        200: {
          description: 'The events, oldest first',
          content: {
            'application/json': { schema: taskEventPage },
            'text/event-stream': {
              schema: {
                type: 'string',
                description: 'Server-sent events: `id` is the place in the log, `event` the type, `data` a TaskLogEntry as JSON',
              },
              example: 'id: 1.1001\nevent: task.processing\ndata: {"seq":1001,"epoch":1,"attempt":1,"type":"task.processing"}\n\n',
            },
          },
        },
        204: noContent('The task has ended, and the client has received all of its events'),
      },
      problems: ['TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
  },
})
