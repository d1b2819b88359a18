import { noteAnswer } from '@darkroom/testing'
import type { Express } from 'express'
import supertest, { type Test } from 'supertest'

/**
 * Sends requests directly to an application, without the server in front of it, and keeps cookies.
 * Like the responses that `fetch` gets from `origin`, its responses are checked against the OpenAPI
 * document.
 */
export function createAgent(app: Express, origin: string) {
  return supertest.agent(app).use((request: Test) => {
    void request.expect(({ status, headers, text }) => {
      const { pathname, search } = new URL(request.url)
      const isJson = /[/+]json/.test(headers['content-type'] ?? '')
      noteAnswer(origin, {
        method: request.method,
        path: pathname + search,
        status,
        header: (name) => headers[name.toLowerCase()],
        body: isJson ? text : undefined,
      })
    })
  })
}
