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
  description: 'The largest, unless another one is named. In ranges, where asked for.',
  requestParams: {
    ...taskPath,
    query: downloadQuery,
    header: z.object({
      Range: z.string().optional().meta({ example: 'bytes=0-1023' }),
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
  ],
}

const lastEventId = z
  .string()
  .optional()
  .meta({ description: 'The id of the last event that was heard: the stream goes on behind it', example: '1.1998' })

/** Paths of {@link taskRoutes} and {@link taskEventRoutes}. */
export const taskPaths = (limits: ApiLimits): Paths => ({
  '/api/v1/tasks': {
    post: {
      operationId: 'createTask',
      tags,
      summary: 'Upload a photo',
      description: 'Answered as soon as the task is durable; workers make its variants then.',
      ...uploadBody(limits),
      answers: { 202: json('The task, and when to expect it', acceptedTask, 'Location', 'RetryAfter') },
      problems: UPLOAD_PROBLEMS,
    },
    get: {
      operationId: 'listTasks',
      tags,
      summary: 'List tasks, newest first',
      requestParams: { query: listQuery },
      answers: { 200: json('A page of tasks', taskPage, 'ETag', 'Link') },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}': {
    get: {
      operationId: 'getTask',
      tags,
      summary: 'Read a task',
      description: 'With `wait`, as soon as it differs from the state named by If-None-Match, or has moved on.',
      requestParams: { ...taskPath, query: waitQuery },
      answers: { 200: json('The task', task, 'ETag') },
      problems: ['INVALID_QUERY', 'TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
    patch: {
      operationId: 'updateTask',
      tags,
      summary: 'Change a task',
      description: 'Each field that is given replaces the old one.',
      requestParams: {
        ...taskPath,
        header: z.object({
          'If-Match': z.string().optional().meta({ description: 'The ETag of the state that may be changed', example: '"vW3p0Zx"' }),
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
      answers: { 204: noContent('It is gone') },
      problems: ['TASK_NOT_FOUND', 'TASK_PROCESSING', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/cancel': {
    post: {
      operationId: 'cancelTask',
      tags,
      summary: 'Give a task up, whether it waits or runs',
      requestParams: taskPath,
      answers: { 202: json('The task', task, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'TASK_FINAL', 'TASK_CHANGED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/retry': {
    post: {
      operationId: 'retryTask',
      tags,
      summary: 'Do what has ended again, from its original',
      requestParams: taskPath,
      answers: { 202: json('The task in its next epoch', task, 'ETag', 'Location', 'RetryAfter') },
      problems: ['TASK_NOT_FOUND', 'TASK_NOT_FINAL', 'TASK_CHANGED', 'TASK_EXPIRED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/download': { get: { ...download, operationId: 'downloadVariant', tags } },
  '/api/v1/tasks/{id}/download-url': {
    post: {
      operationId: 'signDownload',
      tags,
      summary: 'Make a download URL to give away',
      requestParams: taskPath,
      body: { required: true, content: { 'application/json': { schema: downloadUrlFields } } },
      answers: { 200: json('The URL, and how long it is good for', downloadUrl) },
      problems: [...JSON_PROBLEMS, 'TASK_NOT_FOUND', 'SIGNING_DISABLED', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/v1/tasks/{id}/events': {
    get: {
      operationId: 'listTaskEvents',
      tags,
      summary: 'Read the log of a task, or follow it',
      description: 'With `Accept: text/event-stream`, what happened and what happens from now on, until the task has ended.',
      requestParams: { ...taskPath, header: z.object({ 'Last-Event-ID': lastEventId }) },
      answers: {
        200: {
          description: 'What happened, oldest first',
          content: {
            'application/json': { schema: taskEventPage },
            'text/event-stream': {
              schema: {
                type: 'string',
                description: 'Server-sent events: `id` is the place in the log, `event` its type, `data` a TaskLogEntry',
              },
              example: 'id: 1.1001\nevent: task.processing\ndata: {"seq":1001,"epoch":1,"attempt":1,"type":"task.processing"}\n\n',
            },
          },
        },
        204: noContent('Nothing is left to stream: the task has ended, and the client has heard all of it'),
      },
      problems: ['TASK_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
  },
})
