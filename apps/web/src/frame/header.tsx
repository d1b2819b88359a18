import { Link, useRoute } from 'wouter'
import { LANGUAGES, useLanguage, type Language } from '../words/language.tsx'
import { Account } from './account.tsx'
import { HealthLine } from './health-line.tsx'

/** The name of the service, the pages, and how it is. */
export function Header() {
  const { words } = useLanguage()
  return (
    <header className="bar">
      <Link href="/" className="brand">
        <span className="lamp" aria-hidden="true" />
        Darkroom
      </Link>
      <nav aria-label={words.menu}>
        <PageLink to="/" title={words.title.upload} />
        <PageLink to="/tasks" title={words.title.tasks} />
        <PageLink to="/albums" title={words.title.albums} />
        <PageLink to="/queue" title={words.title.queue} />
        <PageLink to="/settings" title={words.title.settings} />
        <a href="/docs">{words.title.api}</a>
      </nav>
      <div className="bar-end">
        <HealthLine />
        <Account />
        <LanguageChoice />
      </div>
    </header>
  )
}

function PageLink({ to, title }: { to: string; title: string }) {
  const [isHere] = useRoute(to === '/' ? to : `${to}/*?`)
  return (
    <Link href={to} aria-current={isHere ? 'page' : undefined}>
      {title}
    </Link>
  )
}

function LanguageChoice() {
  const { language, speak } = useLanguage()
  const other = (Object.keys(LANGUAGES) as Language[]).find((name) => name !== language) ?? language
  return (
    <button className="plain" type="button" lang={other} title={LANGUAGES[other].language} onClick={() => speak(other)}>
      <span aria-hidden="true">{other.toUpperCase()}</span>
      <span className="unseen">{LANGUAGES[other].language}</span>
    </button>
  )
}
