import { noteAnswer } from '@darkroom/testing'
import type { Express } from 'express'
import supertest, { type Test } from 'supertest'

/**
 * Asks an application directly, without the server that the API puts in front of it, and keeps
 * cookies. Its answers are held against the document as those that `fetch` gets from `origin` are.
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
