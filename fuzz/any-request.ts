import fc, { type Arbitrary } from 'fast-check'
import { anyTwist } from './any-twist.ts'
import { assemble, type FuzzRequest } from './draft.ts'
import { goodRequest, type Ingredients } from './good-request.ts'
import type { Operation } from './operations.ts'

/**
 * A valid request according to the document or, more often, one with an error. It is only finalized
 * when it is sent.
 */
export function anyRequest(operation: Operation, from: Ingredients): Arbitrary<() => FuzzRequest> {
  const twists = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(anyTwist(), { minLength: 1, maxLength: 3 }) },
  )
  return fc.tuple(goodRequest(operation, from), twists).map(([good, wrongs]) => {
    return () => assemble(wrongs.reduce((draft, twist) => ({ ...draft, ...twist(draft) }), good()))
  })
}
