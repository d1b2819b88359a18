import type { Readable } from 'node:stream'
import { DataStore, Upload } from '@tus/server'
import type { StagedBytes } from './staged-bytes.ts'
import type { StagedUploadStore } from './staged-upload-store.ts'
import { uploadNotFound } from './tus-faults.ts'

/** What the tus server stores and reads: records in MongoDB, bytes in the storage. */
export class TusDatastore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'expiration', 'termination']
  readonly #store
  readonly #bytes
  readonly #ttlMs

  constructor(store: StagedUploadStore, bytes: StagedBytes, ttlMs: number) {
    super()
    this.#store = store
    this.#bytes = bytes
    this.#ttlMs = ttlMs
  }

  // The record exists: it is inserted where the request is known.
  override create = (upload: Upload): Promise<Upload> => Promise.resolve(upload)

  override async getUpload(id: string): Promise<Upload> {
    const record = await this.#store.find(id)
    if (!record) throw uploadNotFound()
    const { bytes: size, metadata, createdAt, taskId } = record
    const offset = taskId === null ? await this.#bytes.received(record) : size
    return new Upload({ id, size, offset, metadata, creation_date: createdAt.toISOString() })
  }

  override async write(source: Readable, id: string, offset: number): Promise<number> {
    const record = await this.#store.find(id)
    if (!record) throw uploadNotFound()
    return this.#bytes.receive(record, offset, source)
  }

  override async remove(id: string): Promise<void> {
    const record = await this.#store.find(id)
    if (!record) throw uploadNotFound()
    await this.#bytes.remove(record)
    await this.#store.remove(id)
  }

  override getExpiration = (): number => this.#ttlMs
}
