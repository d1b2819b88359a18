import { useAccess } from '../api/use-access.ts'
import { SignInLink } from '../parts/sign-in-link.tsx'
import { useLanguage } from '../words/language.tsx'

/** Who is signed in, and the way in or out. */
export function Account() {
  const { words } = useLanguage()
  const { keysOn, caller } = useAccess()
  if (!caller) return keysOn ? <SignInLink isShort /> : null
  const { name, tenant } = caller
  return (
    <form className="account" method="post" action="/admin/logout?next=%2F">
      <span className="small quiet caller wide-only" title={words.access.signedIn(name, tenant)}>
        {name}
      </span>
      <button type="submit" className="plain">
        {words.access.signOut}
      </button>
    </form>
  )
}
