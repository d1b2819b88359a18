import { describe, expect, it } from 'vitest'
import { isSession, isToken, SESSION_SECONDS, signSession } from './admin-token.ts'

const token = 'correct horse battery'
const now = Date.UTC(2026, 4, 1)

it('only accepts the token', () => {
  expect(isToken(token, token)).toBe(true)
  for (const other of ['', token.slice(1), `${token} `, token.toUpperCase()]) expect(isToken(other, token)).toBe(false)
})

describe('a session', () => {
  const session = signSession(token, now)

  it('holds for its time', () => {
    expect(isSession(session, token, now)).toBe(true)
    expect(isSession(session, token, now + SESSION_SECONDS * 1000 - 1)).toBe(true)
    expect(isSession(session, token, now + SESSION_SECONDS * 1000)).toBe(false)
  })

  it('ends with its token', () => {
    expect(isSession(session, 'another token here', now)).toBe(false)
  })

  it('cannot be forged, extended or decoded', () => {
    const [until = '', signature = ''] = session.split('.')
    for (const forged of [
      '',
      '.',
      `${until}.`,
      `${Number(until) + 1}.${signature}`,
      `${until}.${signature.slice(1)}`,
      `Infinity.${signature}`,
      `${session}.`,
      `${session}.more`,
    ]) {
      expect(isSession(forged, token, now)).toBe(false)
    }
    expect(session).not.toContain(token)
  })
})
