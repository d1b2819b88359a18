import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { ASSET_CONTENT_TYPES, assetKey, type Asset } from '@darkroom/contracts'
import type { ImageFacts } from '@darkroom/images/inspect-upload'
import { noneIfMissing, type ByteRange, type OpenedFile, type Storage, type StoredFile } from '@darkroom/storage'
import { AppError } from '../app-error.ts'
import { assertNamedAfter, contentTypeOf, parseAssetName } from './asset-name.ts'

export interface AssetLibraryDeps {
  storage: Storage
  /** Pictures that are part of Darkroom: paths of local files, by name. */
  shipped: ReadonlyMap<string, string>
  /** Why nothing can be stored or read. */
  storageFault: () => Promise<Error | undefined>
  /** For each tenant. */
  limits?: { assets: number; bytes: number }
}

/** What a tenant may store. */
const LIMITS = { assets: 500, bytes: 1024 ** 3 }

/** A received file that is synced. */
export interface ReceivedPicture {
  path: string
  bytes: number
  /** In lower-case hex. */
  sha256: string
  /** What its header says. Throws IMAGE_UNSUPPORTED and the like. */
  facts: () => ImageFacts
}

/** An asset and its bytes. */
export interface OpenAsset {
  origin: Asset['origin']
  stat: () => Promise<StoredFile>
  open: (range?: ByteRange) => Promise<OpenedFile>
}

/**
 * Pictures that tasks refer to by name. A stored one replaces a shipped one of the same name. A
 * task that uses a stored one has its own copy from the moment it is accepted, so that replacing or
 * deleting the asset does not change it.
 */
export class AssetLibrary {
  readonly #deps

  constructor(deps: AssetLibraryDeps) {
    this.#deps = deps
  }

  /**
   * Takes over a received file as an asset; one of the same name is replaced. Throws INVALID_FIELD if
   * the tenant then had too many.
   */
  async put(tenant: string, name: string, { path, facts, ...known }: ReceivedPicture): Promise<Asset> {
    const { storage } = this.#deps
    const key = assetKey(tenant, parseAssetName(name))
    const { format } = facts()
    if (!isAccepted(format))
      throw new AppError(
        'IMAGE_UNSUPPORTED',
        `The file is a ${format.toUpperCase()} image: assets are JPEG, PNG or WebP.`,
      )
    assertNamedAfter(name, format)
    await this.#assertRoom(tenant, name, known.bytes)
    await storage.adopt(path, key, { ...known, isSynced: true })
    return toAsset(name, await storage.stat(key), 'stored')
  }

  /** Uploads at the same time may exceed the limits a little. */
  async #assertRoom(tenant: string, name: string, bytes: number): Promise<void> {
    const { limits = LIMITS } = this.#deps
    const others = (await this.list(tenant)).filter((one) => one.origin === 'stored' && one.name !== name)
    if (others.length >= limits.assets)
      throw new AppError('INVALID_FIELD', `There are ${others.length} assets already: delete one first.`)
    const used = others.reduce((sum, { size }) => sum + size, 0)
    if (used + bytes > limits.bytes)
      throw new AppError(
        'INVALID_FIELD',
        `All assets together may have ${limits.bytes} bytes; the others have ${used}: delete one first.`,
      )
  }

  /** All assets, by name. */
  async list(tenant: string): Promise<Asset[]> {
    const { storage, shipped, storageFault } = this.#deps
    // A folder that is not mounted looks empty.
    const fault = await storageFault()
    if (fault !== undefined) throw fault
    const found = new Map<string, Asset>()
    for (const [name, path] of shipped) found.set(name, toAsset(name, await factsOf(path), 'shipped'))
    const folder = assetKey(tenant, '').slice(0, -1)
    for await (const file of storage.list(folder)) {
      const name = file.key.slice(folder.length + 1)
      found.set(name, toAsset(name, file, 'stored'))
    }
    return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Throws INVALID_FIELD, and ASSET_NOT_FOUND with the names of all assets. */
  async find(tenant: string, name: string): Promise<OpenAsset> {
    const { storage, shipped } = this.#deps
    const key = assetKey(tenant, parseAssetName(name))
    if (await storage.stat(key).catch(ifMissing))
      return { origin: 'stored', stat: () => storage.stat(key), open: (range) => storage.open(key, range) }
    const path = shipped.get(name)
    if (path === undefined) throw await this.#notFound(tenant, name)
    return {
      origin: 'shipped',
      stat: () => factsOf(path),
      open: async (range = {}) => ({ ...(await factsOf(path)), stream: createReadStream(path, range) }),
    }
  }

  /** Removes a stored asset; a shipped one of its name appears again. Throws ASSET_NOT_FOUND. */
  async remove(tenant: string, name: string): Promise<void> {
    const { storage } = this.#deps
    const key = assetKey(tenant, parseAssetName(name))
    if (!(await storage.stat(key).catch(ifMissing))) throw await this.#notFound(tenant, name)
    await storage.remove(key)
  }

  async #notFound(tenant: string, name: string): Promise<AppError> {
    const assets = await this.list(tenant)
    if (assets.some((one) => one.name === name))
      return new AppError('ASSET_NOT_FOUND', `${name} is part of Darkroom: it can be replaced, but not deleted.`)
    const names = assets.map((one) => one.name).slice(0, NAMES_SHOWN)
    const more = assets.length > NAMES_SHOWN ? ' and others; see GET /api/v1/assets' : ''
    return new AppError(
      'ASSET_NOT_FOUND',
      `There is no asset ${name}; there are: ${names.join(', ') || 'none'}${more}.`,
    )
  }
}

const NAMES_SHOWN = 20

const ifMissing = (error: unknown): undefined => noneIfMissing(error, undefined)

const isAccepted = (format: string): boolean => ASSET_CONTENT_TYPES.some((type) => type === `image/${format}`)

const toAsset = (name: string, { bytes, modifiedAt }: StoredFile, origin: Asset['origin']): Asset => ({
  name,
  contentType: contentTypeOf(name),
  size: bytes,
  origin,
  updatedAt: origin === 'stored' ? modifiedAt.toISOString() : null,
  url: `/api/v1/assets/${name}`,
})

async function factsOf(path: string): Promise<StoredFile> {
  const { size, mtime } = await stat(path)
  return { bytes: size, modifiedAt: mtime }
}
