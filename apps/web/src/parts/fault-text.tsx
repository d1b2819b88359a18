import { ProblemError } from '../api/problem-error.ts'
import { isUnreachable } from '../api/request.ts'
import { useLanguage } from '../words/language.tsx'

/** Why something did not work, and what to do about it. */
export function FaultText({ error }: { error: Error | null }) {
  const { words } = useLanguage()
  if (!error) return null
  const needsKey = error instanceof ProblemError && error.status === 401
  return (
    <div className="fault" role="alert">
      <p>{isUnreachable(error) ? words.health.unreachable : error.message}</p>
      {needsKey && (
        <p>
          <a href={`/admin/login?next=${encodeURIComponent(location.pathname)}`}>{words.signIn}</a>
        </p>
      )}
    </div>
  )
}
