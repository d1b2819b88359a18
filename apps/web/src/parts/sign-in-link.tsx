import { useLocation, useSearch } from 'wouter'
import { useLanguage } from '../words/language.tsx'

/** Leads to the form for a key, and back to this page. */
export function SignInLink({ isShort = false }) {
  const { words } = useLanguage()
  const [path] = useLocation()
  const query = useSearch()
  const here = query === '' ? path : `${path}?${query}`
  return <a href={`/admin/login?next=${encodeURIComponent(here)}`}>{words.access[isShort ? 'enter' : 'signIn']}</a>
}
