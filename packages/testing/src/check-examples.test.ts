import { expect, it } from 'vitest'
import { checkExamples } from './check-examples.ts'

const name = { type: 'string', examples: ['beach.jpg'] }
const answer = (media: object) => ({
  paths: { '/x': { get: { responses: { 200: { content: { 'application/json': media } } } } } },
})
const at = '/paths/~1x/get/responses/200/content/application~1json'

it('finds nothing if every example is valid', () => {
  const schema = { type: 'object', properties: { name }, required: ['name'] }
  const document = answer({
    schema,
    examples: { good: { value: { name: 'a' } }, kept: { $ref: '#/components/examples/kept' } },
  })
  const components = { examples: { kept: { value: { name: 'b' } } } }
  expect(checkExamples({ ...document, components })).toEqual({ count: 3, faults: [], without: [] })
})

it.each([
  ['of a body', { schema: name, example: 7 }, `${at}/example`],
  ['of a body, with a name', { schema: name, examples: { stale: { value: 7 } } }, `${at}/examples/stale`],
  [
    'of a body, kept elsewhere',
    { schema: name, examples: { stale: { $ref: '#/components/examples/gone' } } },
    `${at}/examples/stale`,
  ],
  ['of a schema', { schema: { type: 'string', examples: [7] }, example: 'a' }, `${at}/schema/examples/0`],
])('finds an invalid example: %s', (_of, media, place) => {
  expect(checkExamples(answer(media)).faults).toEqual([expect.stringMatching(`^${place} must be string`)])
})

it('finds a body without an example', () => {
  expect(checkExamples(answer({ schema: { type: 'string' } }))).toEqual({ count: 0, faults: [], without: [at] })
})
