import { ProblemError } from '../api/problem-error.ts'
import { isUnreachable } from '../api/request.ts'
import { useLanguage } from '../words/language.tsx'
import { ProblemText } from './problem-text.tsx'
import { SignInLink } from './sign-in-link.tsx'

/** Why something did not work, and what to do about it. */
export function FaultText({ error }: { error: Error | null }) {
  const { words } = useLanguage()
  if (!error) return null
  const code = error instanceof ProblemError ? error.code : ''
  return (
    <div className="fault" role="alert">
      <p>{isUnreachable(error) ? words.health.unreachable : <ProblemText code={code} message={error.message} />}</p>
      {code === 'KEY_REQUIRED' && (
        <p>
          <SignInLink />
        </p>
      )}
    </div>
  )
}
