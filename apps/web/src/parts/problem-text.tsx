import { useLanguage } from '../words/language.tsx'

/** These sentences of the page say all that there is to know. */
const SAID = ['KEY_REQUIRED', 'NO_FILE']
/** The API advises those who use curl, too. */
const FOR_CURL = / With curl,.*$/s

interface Shown {
  code: string
  /** Of the API, in English. */
  message: string
}

/** A refusal in the language of the page, and in the words of the API, which know the facts. */
export function ProblemText({ code, message }: Shown) {
  const { words } = useLanguage()
  const own = words.problems[code]
  const detail = message.replace(FOR_CURL, '')
  if (own === undefined) return <span lang="en">{detail}</span>
  if (SAID.includes(code)) return own
  return (
    <>
      {own}
      <span lang="en" className="problem-detail small quiet">
        {detail}
      </span>
    </>
  )
}
