/** Why a request was not sent. The texts are for the client who gave the URL. */
const REASONS = {
  INVALID_URL: 'This is not a URL. It must look like https://example.com/path.',
  SCHEME: 'The URL must start with https:// or http://.',
  CREDENTIALS: 'The URL must not contain a user name or a password.',
  PORT: 'The port must be 80, 443, or at least 1024.',
  HOST_FORM: 'The address must be written as four decimal numbers, such as 192.0.2.10.',
  NOT_PUBLIC: 'The host has no public address; whoever runs Darkroom can allow it with ALLOW_PRIVATE_ADDRESSES.',
  DOWNGRADE: 'The URL redirects from https:// to http://.',
  REDIRECTS: 'The URL redirects too often.',
} as const
export type RefusalReason = keyof typeof REASONS

/** A URL that Darkroom does not send requests to. Nothing was sent to the refused address. */
export class OutgoingRefusal extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super(REASONS[reason])
    this.name = 'OutgoingRefusal'
    this.reason = reason
  }
}
