import type { Scope } from '@darkroom/contracts'
import type { Request } from 'express'
import { expect, it } from 'vitest'
import type { Caller } from '../../http/tenant-of.ts'
import { createPageAccess } from './page-access.ts'

const READER: Caller = { tenant: 'shop', scopes: ['tasks:read'], keyId: '5f2b90c1d4e7a836', name: 'shop' }
const ADMIN: Caller = { tenant: 'default', scopes: ['queues:admin', 'keys:admin'], name: 'ADMIN_TOKEN' }
const request = { headers: {} } as Request
const open: Scope[] = ['tasks:read', 'tasks:write', 'queues:read']

it.each([
  ['without a key', true, undefined, null, []],
  ['with a key', true, READER, { name: 'shop', tenant: 'shop' }, ['tasks:read']],
  ['while no key is needed', false, undefined, null, open],
  [
    'while only administration needs one',
    false,
    ADMIN,
    { name: 'ADMIN_TOKEN', tenant: 'default' },
    [...open, ...ADMIN.scopes],
  ],
] as const)('%s, the page knows who may do what, but no key', async (_name, keysOn, found, caller, scopes) => {
  const accessOf = createPageAccess({ keysOn, findCaller: () => Promise.resolve(found) })
  expect(await accessOf(request)).toEqual({ keysOn, caller, scopes })
})

it('the page is shown while no key can be checked', async () => {
  const accessOf = createPageAccess({ keysOn: true, findCaller: () => Promise.reject(new Error('no store')) })
  expect(await accessOf(request)).toEqual({ keysOn: true, caller: null, scopes: [] })
})
