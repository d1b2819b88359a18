import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { valueOf, type Schema } from './value-of.ts'

const photo = z.strictObject({
  name: z.string().min(1).max(20),
  size: z.int().min(0).max(9),
  rating: z.number().min(0).max(1).nullable(),
  kind: z.enum(['jpeg', 'png']),
  id: z.string().regex(/^[0-9a-f]{24}$/),
  takenAt: z.iso.datetime(),
  tags: z.array(z.union([z.string(), z.literal(7)])).max(3),
  isPublic: z.boolean().optional(),
  metadata: z.record(z.string(), z.unknown()),
})

const never = (): Schema => {
  throw new Error('There is nothing to refer to')
}

describe('the values of a schema', () => {
  it('are valid and varied', () => {
    const { $schema: _schema, ...schema } = z.toJSONSchema(photo)
    const values = fc.sample(valueOf(schema as Schema, never), { seed: 1, numRuns: 200 })
    for (const value of values) expect(photo.safeParse(value)).toMatchObject({ success: true })
    expect(new Set(values.map((value) => JSON.stringify(value))).size).toBeGreaterThan(150)
  })

  it('are the same for the same seed', () => {
    const draw = (seed: number) => JSON.stringify(fc.sample(valueOf({ type: 'string' }, never), { seed, numRuns: 20 }))
    expect(draw(5)).toBe(draw(5))
    expect(draw(5)).not.toBe(draw(6))
  })

  it('follow references', () => {
    const [value] = fc.sample(
      valueOf({ $ref: '#/a' }, (reference) => ({ const: reference })),
      { seed: 1, numRuns: 1 },
    )
    expect(value).toBe('#/a')
  })

  it('have one of several alternative members', () => {
    const form: Schema = {
      type: 'object',
      properties: { file: { type: 'null' }, image: { type: 'null' } },
      oneOf: [{ required: ['file'] }, { required: ['image'] }],
    }
    for (const value of fc.sample(valueOf(form, never), { seed: 1, numRuns: 50 }))
      expect(Object.keys(value as object)).toHaveLength(1)
  })
})
