import type { CreatedWebhook, Webhook } from '@darkroom/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { request } from '../api/request.ts'
import { useAccess } from '../api/use-access.ts'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'
import { DeliveryList } from './delivery-list.tsx'

/** The webhooks, and what became of their deliveries. */
export function WebhooksCard() {
  const { words } = useLanguage()
  const { data, error } = useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => request<{ items: Webhook[] }>('/webhooks', { signal }),
  })
  const { create, ping, remove } = useWebhookChanges()
  const mayWrite = useAccess().may('tasks:write')
  return (
    <section className="card padded wide-card">
      <h2>{words.settings.webhooks}</h2>
      <FaultText error={error ?? create.error ?? ping.error ?? remove.error} />
      {data && (
        <>
          <ul>
            {data.items.map((webhook) => (
              <WebhookRow
                key={webhook.id}
                webhook={webhook}
                mayWrite={mayWrite}
                ping={() => ping.mutateAsync(webhook.id)}
                remove={() => remove.mutate(webhook.id)}
              />
            ))}
          </ul>
          {mayWrite && <NewWebhook create={(url) => create.mutate(url)} />}
        </>
      )}
      {create.data && (
        <div role="status">
          <p>{words.settings.webhookSecret}</p>
          <p className="copied">
            <code>{create.data.secret}</code>
            <CopyButton text={create.data.secret} />
          </p>
        </div>
      )}
    </section>
  )
}

function useWebhookChanges() {
  const queries = useQueryClient()
  const onSuccess = () => queries.invalidateQueries({ queryKey: ['webhooks'] })
  const create = useMutation({
    mutationFn: (url: string) => request<CreatedWebhook>('/webhooks', { method: 'POST', json: { url } }),
    onSuccess,
  })
  const ping = useMutation({
    mutationFn: (id: string) => request<undefined>(`/webhooks/${id}/ping`, { method: 'POST' }),
    onSuccess,
  })
  const remove = useMutation({
    mutationFn: (id: string) => request<undefined>(`/webhooks/${id}`, { method: 'DELETE' }),
    onSuccess,
  })
  return { create, ping, remove }
}

interface WebhookActions {
  webhook: Webhook
  mayWrite: boolean
  ping: () => Promise<unknown>
  remove: () => void
}

function WebhookRow({ webhook, mayWrite, ping, remove }: WebhookActions) {
  const { id, url, events, enabled, disabled } = webhook
  const { words } = useLanguage()
  const [isOpen, setOpen] = useState(false)
  // What became of it is in the list.
  const tryOut = (): void =>
    void ping().then(
      () => setOpen(true),
      () => {},
    )
  return (
    <li>
      <div className="webhook">
        <div>
          <strong>{url}</strong>
          <p className="small quiet">
            {disabled ? words.settings.webhookDisabled(disabled.reason) : words.settings.webhookEvents(events.length)}
          </p>
        </div>
        <div className="buttons">
          {mayWrite && (
            <button type="button" disabled={!enabled} onClick={tryOut}>
              {words.settings.ping}
            </button>
          )}
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {words.settings.deliveries}
          </button>
          {mayWrite && (
            <ConfirmButton question={words.settings.removeQuestion(url)} onConfirm={remove}>
              {words.settings.remove}
            </ConfirmButton>
          )}
        </div>
      </div>
      {isOpen && <DeliveryList webhookId={id} />}
    </li>
  )
}

function NewWebhook({ create }: { create: (url: string) => void }) {
  const { words } = useLanguage()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const url = new FormData(event.currentTarget).get('url')
    if (typeof url === 'string') create(url)
    event.currentTarget.reset()
  }
  return (
    <form onSubmit={submit} className="new-entry">
      <label>
        <span className="small quiet">{words.settings.webhookUrl}</span>
        <input name="url" type="url" required maxLength={2000} placeholder="https://" />
      </label>
      <button type="submit">{words.settings.createWebhook}</button>
    </form>
  )
}
