import { z } from 'zod'
import { ADMIN_PROBLEMS, forOperators, html, noContent, type Paths } from '../openapi/operation.ts'

const tags = ['Browser']
const loginForm = z.object({ token: z.string().meta({ description: 'The ADMIN_TOKEN' }) })

/** Paths of {@link adminRoutes}. What the board asks for itself is its own matter. */
export const adminPaths: Paths = {
  '/admin': {
    get: { operationId: 'openAdmin', tags, summary: 'Go to the board', answers: { 303: noContent('To the board', 'Location') } },
  },
  '/admin/queues': {
    get: {
      operationId: 'openBoard',
      tags,
      summary: 'Look at the queues',
      ...forOperators,
      answers: { 200: html('The board'), 303: noContent('To the form, for a browser that has not signed in', 'Location') },
      problems: ADMIN_PROBLEMS,
    },
  },
  '/admin/login': {
    get: {
      operationId: 'openLogin',
      tags,
      summary: 'Open the form that asks for the token',
      answers: { 200: html('The form'), 303: noContent('To the board, where no token is set', 'Location') },
    },
    post: {
      operationId: 'signIn',
      tags,
      summary: 'Sign in for 12 hours',
      body: { required: true, content: { 'application/x-www-form-urlencoded': { schema: loginForm } } },
      answers: { 303: noContent('Signed in: to the board', 'Location', 'SetCookie'), 401: html('That is not the token') },
      problems: ['METHOD_NOT_ALLOWED', 'BODY_TOO_LARGE', 'UNSUPPORTED_ENCODING'],
    },
  },
  '/admin/logout': {
    post: {
      operationId: 'signOut',
      tags,
      summary: 'Sign out',
      ...forOperators,
      answers: { 303: noContent('Signed out: to the form', 'Location', 'SetCookie') },
      problems: ADMIN_PROBLEMS,
    },
  },
}
