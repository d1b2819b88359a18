import { useAccess } from '../api/use-access.ts'
import { useLanguage } from '../words/language.tsx'
import { HealthCard } from './health-card.tsx'
import { KeysCard } from './keys-card.tsx'
import './settings.css'
import { UsageCard } from './usage-card.tsx'
import { WebhooksCard } from './webhooks-card.tsx'

/** How the service is, what it holds, whom it tells, and who may use it. */
export function SettingsPage() {
  const { words } = useLanguage()
  const { caller } = useAccess()
  return (
    <>
      <title>{`${words.title.settings} · Darkroom`}</title>
      <h1>{words.title.settings}</h1>
      {caller && <p className="facts small quiet">{words.access.signedIn(caller.name, caller.tenant)}</p>}
      <div className="settings">
        <HealthCard />
        <UsageCard />
        <WebhooksCard />
        <KeysCard />
      </div>
    </>
  )
}
