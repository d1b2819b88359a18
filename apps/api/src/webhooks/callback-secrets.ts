import { newSecret } from './new-secret.ts'
import type { WebhookSecret, WebhookStore } from './webhook-store.ts'

/** What the URLs of tasks and batches are signed with, by tenant. */
export class CallbackSecrets {
  readonly #store: WebhookStore

  constructor(store: WebhookStore) {
    this.#store = store
  }

  of = (tenant: string): Promise<WebhookSecret[]> =>
    this.#store.callbackSecrets(tenant, { secret: newSecret(), expiresAt: null })

  replace = (tenant: string, secrets: WebhookSecret[]): Promise<void> => this.#store.setCallbackSecrets(tenant, secrets)
}
