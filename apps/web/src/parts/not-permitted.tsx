import type { Scope } from '@darkroom/contracts'
import { useAccess } from '../api/use-access.ts'
import { useLanguage } from '../words/language.tsx'
import { SignInLink } from './sign-in-link.tsx'

/** In place of what needs a scope: whoever is signed out can sign in, whoever has another key is told. */
export function NotPermitted({ scope }: { scope: Scope }) {
  const { words } = useLanguage()
  const { caller } = useAccess()
  return (
    <p className="quiet">
      {words.access.needs[scope]} {caller ? words.access.lacking(scope) : <SignInLink />}
    </p>
  )
}
