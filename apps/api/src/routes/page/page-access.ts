import type { Scope } from '@darkroom/contracts'
import type { Request } from 'express'
import { credentialsOf, scopesOf, type FindCaller } from '../../http/authorize.ts'
import type { Caller } from '../../http/tenant-of.ts'

/** What the page is told about its visitor. */
export interface PageAccess {
  /** Whether every request requires a key. */
  keysOn: boolean
  /** Who is signed in; never with the key. */
  caller: { name: string; tenant: string } | null
  /** What may be done. */
  scopes: Scope[]
}

/** The page is shown to everybody, even while no key can be checked: its requests say what is wrong. */
export const createPageAccess =
  ({ keysOn, findCaller }: { keysOn: boolean; findCaller: FindCaller }) =>
  async (req: Request): Promise<PageAccess> => {
    const caller = await findCaller(credentialsOf(req)).catch(() => undefined)
    return { keysOn, caller: caller ? toShown(caller) : null, scopes: scopesOf(caller, keysOn) }
  }

const toShown = ({ name, subject, tenant }: Caller) => ({ name: name ?? subject ?? tenant, tenant })
