import type { Scope } from '@darkroom/contracts'
import { useSettings } from './use-settings.ts'

/** Who is signed in, and what they may do. What is not permitted is not offered. */
export function useAccess() {
  const { keysOn, caller, scopes } = useSettings()
  const may = (scope: Scope): boolean => scopes.includes(scope)
  return {
    keysOn,
    caller,
    may,
    /** Pausing concerns all tenants. */
    runsQueues: may('queues:admin') && caller?.tenant === 'default',
  }
}
