import { parseEnv } from '@darkroom/runtime'
import { describe, expect, it } from 'vitest'
import { apiEnv } from './env.ts'

const read = (env: NodeJS.ProcessEnv) => parseEnv(apiEnv, env)

describe('without authentication', () => {
  it('only this machine can connect by default', () => {
    expect(read({}).HOST).toBe('127.0.0.1')
  })

  it.each(['localhost', '127.0.0.1', '127.8.9.1', '::1'])('HOST=%s needs no permission', (HOST) => {
    expect(read({ HOST }).HOST).toBe(HOST)
  })

  it.each(['0.0.0.0', '::', '192.0.2.7', 'photos.example.com', '127.0.0.1.evil.example', '1127.0.0.1'])(
    'HOST=%s is refused unless AUTH=off is said outright',
    (HOST) => {
      expect(() => read({ HOST })).toThrow(/HOST: .*AUTH=keys \(npm run keys -- create.*or AUTH=off/)
      expect(read({ HOST, AUTH: 'off' }).HOST).toBe(HOST)
      expect(read({ HOST, AUTH: 'keys' }).HOST).toBe(HOST)
    },
  )
})

describe('TENANT_WEIGHTS', () => {
  it('are whole numbers by tenant', () => {
    expect(read({}).TENANT_WEIGHTS).toEqual(new Map())
    expect(read({ TENANT_WEIGHTS: 'shop:3,lab-2:100' }).TENANT_WEIGHTS).toEqual(
      new Map([
        ['shop', 3],
        ['lab-2', 100],
      ]),
    )
  })

  it.each(['shop', 'shop:', 'shop:0', 'shop:101', 'shop:1.5', 'Shop:2', 'shop:2,', 'shop=2'])(
    '%s is refused',
    (text) => {
      expect(() => read({ TENANT_WEIGHTS: text })).toThrow(/TENANT_WEIGHTS: must look like shop:3,lab:2/)
    },
  )
})

describe('CORS_ORIGINS', () => {
  it('is a list of origins, or all', () => {
    expect(read({}).CORS_ORIGINS).toEqual([])
    expect(read({ CORS_ORIGINS: '*' }).CORS_ORIGINS).toBe('*')
    expect(read({ CORS_ORIGINS: 'https://a.test, http://b.test:81' }).CORS_ORIGINS).toEqual([
      'https://a.test',
      'http://b.test:81',
    ])
  })

  it.each([
    'a.test',
    'https://a.test/',
    'https://a.test/path',
    'https://*.a.test',
    'null',
    'https://A.test',
    '*,https://a.test',
  ])('%s is refused: no browser sends such an origin', (CORS_ORIGINS) =>
    expect(() => read({ CORS_ORIGINS })).toThrow(/CORS_ORIGINS: must be/),
  )
})

describe('ALLOWED_HOSTS', () => {
  it('is a list of names', () => {
    expect(read({ ALLOWED_HOSTS: 'a.test,.b.test' }).ALLOWED_HOSTS).toEqual(['a.test', '.b.test'])
    expect(read({ ALLOWED_HOSTS: '*' }).ALLOWED_HOSTS).toEqual(['*'])
  })

  it.each(['https://a.test', 'a.test:80', 'a.test, b.test', '*.a.test', 'a..test'])('%s is refused', (ALLOWED_HOSTS) =>
    expect(() => read({ ALLOWED_HOSTS })).toThrow(/ALLOWED_HOSTS: must look like/),
  )
})
