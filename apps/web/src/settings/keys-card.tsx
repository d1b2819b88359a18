import type { ApiKey, CreatedApiKey, Scope } from '@darkroom/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { request } from '../api/request.ts'
import { useAccess } from '../api/use-access.ts'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { FaultText } from '../parts/fault-text.tsx'
import { NotPermitted } from '../parts/not-permitted.tsx'
import { useLanguage } from '../words/language.tsx'

const SCOPES: Scope[] = ['tasks:read', 'tasks:write', 'queues:read', 'queues:admin', 'keys:admin']
const USUAL: Scope[] = ['tasks:read', 'tasks:write']

/** Who may use the service, for those who may know. */
export function KeysCard() {
  const { words } = useLanguage()
  if (useAccess().may('keys:admin')) return <OpenKeysCard />
  return (
    <section className="card padded wide-card">
      <h2>{words.settings.keys}</h2>
      <NotPermitted scope="keys:admin" />
    </section>
  )
}

/** A new key is shown once. */
function OpenKeysCard() {
  const { words } = useLanguage()
  const { data, error } = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => request<{ items: ApiKey[] }>('/keys', { signal }),
  })
  const { create, revoke } = useKeyChanges()
  return (
    <section className="card padded wide-card">
      <h2>{words.settings.keys}</h2>
      <FaultText error={error ?? create.error ?? revoke.error} />
      {data && (
        <>
          <ul>
            {data.items.map((key) => (
              <KeyRow key={key.id} apiKey={key} revoke={() => revoke.mutate(key.id)} />
            ))}
          </ul>
          <NewKey create={(name, scopes) => create.mutate({ name, scopes })} />
        </>
      )}
      {create.data && (
        <div role="status">
          <p>{words.settings.shownOnce}</p>
          <p className="copied">
            <code>{create.data.key}</code>
            <CopyButton text={create.data.key} />
          </p>
        </div>
      )}
    </section>
  )
}

function useKeyChanges() {
  const queries = useQueryClient()
  const onSuccess = () => queries.invalidateQueries({ queryKey: ['keys'] })
  const create = useMutation({
    mutationFn: (json: { name: string; scopes: Scope[] }) => request<CreatedApiKey>('/keys', { method: 'POST', json }),
    onSuccess,
  })
  const revoke = useMutation({
    mutationFn: (id: string) => request<undefined>(`/keys/${id}`, { method: 'DELETE' }),
    onSuccess,
  })
  return { create, revoke }
}

function KeyRow({ apiKey, revoke }: { apiKey: ApiKey; revoke: () => void }) {
  const { words, formats } = useLanguage()
  const { name, id, scopes, lastUsedAt, revokedAt } = apiKey
  const used = lastUsedAt === null ? words.settings.unused : words.settings.used(formats.moment(lastUsedAt))
  return (
    <li className="copied">
      <div>
        <strong>{name}</strong> <code className="quiet">drk_{id}_…</code>
        <p className="small quiet">
          {scopes.join(', ')} · {revokedAt === null ? used : words.settings.revoked}
        </p>
      </div>
      {revokedAt === null && (
        <ConfirmButton question={words.settings.revokeQuestion(name)} onConfirm={revoke}>
          {words.settings.revoke}
        </ConfirmButton>
      )}
    </li>
  )
}

function NewKey({ create }: { create: (name: string, scopes: Scope[]) => void }) {
  const { words } = useLanguage()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = form.get('name')
    if (typeof name === 'string') create(name, form.getAll('scope') as Scope[])
    event.currentTarget.reset()
  }
  return (
    <form onSubmit={submit} className="new-entry">
      <label>
        <span className="small quiet">{words.settings.keyName}</span>
        <input name="name" required maxLength={100} />
      </label>
      <fieldset>
        <legend className="small quiet">{words.settings.scopes}</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input type="checkbox" name="scope" value={scope} defaultChecked={USUAL.includes(scope)} /> {scope}
          </label>
        ))}
      </fieldset>
      <button type="submit">{words.settings.create}</button>
    </form>
  )
}
