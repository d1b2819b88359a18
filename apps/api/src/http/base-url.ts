import type { Request } from 'express'

/** The start of absolute URLs: what the installation says, or how this client reached it. */
export const baseUrlOf = (req: Request, publicUrl: string | undefined): string =>
  publicUrl ?? `${req.protocol}://${req.headers.host ?? 'localhost'}`
