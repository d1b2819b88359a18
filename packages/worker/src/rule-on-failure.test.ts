import { expect, test } from 'vitest'
import { MAX_CRASHES, MISSING_LOOKS, ruleOnFailure } from './rule-on-failure.ts'

const failed = (code: string, retryable = true) => ({ code, message: 'something', retryable })

test.each(['DEADLINE', 'MEMORY_LIMIT', 'INTERNAL'])('%s uses up an attempt', (code) => {
  expect(ruleOnFailure(failed(code), {}, 2000)).toEqual({ ruling: 'attempt used' })
})

test('a verdict on the bytes is final', () => {
  expect(ruleOnFailure(failed('IMAGE_CORRUPT', false), {}, 2000)).toEqual({ ruling: 'attempt used' })
})

test.each(['STORAGE_FULL', 'STORAGE_FAILED', 'UNSAFE_PATH', 'CHILD_NOT_STARTED', 'OUT_OF_RESOURCES'])(
  '%s is retried forever, less and less often',
  (code) => {
    expect(ruleOnFailure(failed(code), {}, 2000)).toEqual({ ruling: 'again', delayMs: 2000, setbacks: { machine: 1 } })
    expect(ruleOnFailure(failed(code), { machine: 3 }, 2000)).toMatchObject({ delayMs: 16_000 })
    expect(ruleOnFailure(failed(code), { machine: 5000 }, 2000)).toMatchObject({ ruling: 'again', delayMs: 60_000 })
  },
)

test('crashes and missing originals are counted separately, each with its own limit', () => {
  const setbacks = { crashed: MAX_CRASHES, missing: MISSING_LOOKS - 2, machine: 9 }
  expect(ruleOnFailure(failed('WORKER_CRASHED'), setbacks, 1)).toEqual({ ruling: 'failed for good' })
  expect(ruleOnFailure(failed('WORKER_CRASHED'), { ...setbacks, crashed: MAX_CRASHES - 1 }, 1)).toMatchObject({
    ruling: 'again',
    setbacks: { ...setbacks, crashed: MAX_CRASHES },
  })
  expect(ruleOnFailure(failed('FFMPEG_FAILED'), {}, 1)).toMatchObject({ ruling: 'again', setbacks: { crashed: 1 } })
  expect(ruleOnFailure(failed('SOURCE_MISSING'), setbacks, 1)).toMatchObject({ ruling: 'again' })
  expect(ruleOnFailure(failed('SOURCE_MISSING'), { missing: MISSING_LOOKS - 1 }, 1)).toEqual({
    ruling: 'failed for good',
  })
})

test('with the default backoff, an original is retried for longer than the minute of NFS caches', () => {
  let setbacks = {}
  let lookedForMs = 0
  for (;;) {
    const ruling = ruleOnFailure(failed('SOURCE_MISSING'), setbacks, 2000)
    if (ruling.ruling !== 'again') break
    lookedForMs += ruling.delayMs
    setbacks = ruling.setbacks
  }
  expect(lookedForMs).toBeGreaterThan(60_000)
})
