import type { Request, Response } from 'express'

/**
 * Tells a client that waits for it (`Expect: 100-continue`) to send its body. If it is refused
 * before that, the body is never sent.
 */
export function askForBody(req: Request, res: Response): void {
  if (req.headers.expect !== undefined && !req.complete) res.writeContinue()
}
