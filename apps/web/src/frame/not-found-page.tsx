import { Link } from 'wouter'
import { useLanguage } from '../words/language.tsx'

export function NotFoundPage() {
  const { words } = useLanguage()
  return (
    <>
      <h1>{words.notFound.title}</h1>
      <p>
        <Link href="/">{words.notFound.back}</Link>
      </p>
    </>
  )
}
