/**
 * `OUT_OF_RESOURCES`: the machine cannot give what any picture of that size may need, so the next
 * attempt needs another moment or another machine. `MEMORY_LIMIT`: it can, so this picture needs
 * more.
 */
type ResourceErrorCode = 'OUT_OF_RESOURCES' | 'MEMORY_LIMIT'

const MESSAGES: Record<ResourceErrorCode, string> = {
  OUT_OF_RESOURCES: 'The machine is short of memory, address space or threads',
  MEMORY_LIMIT: 'Processing the image takes more memory than a job can have',
}

/** A lack of resources while processing an image; no verdict on the file. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError'
  readonly code: ResourceErrorCode

  constructor(code: ResourceErrorCode, cause: unknown) {
    super(MESSAGES[code], { cause })
    this.code = code
  }
}
