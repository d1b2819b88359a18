import { Router } from 'express'
import { TUS_VERSION } from '../uploads/staged/serve-tus.ts'

/** The headers that tus clients look for, on every response, including refusals. */
export function tusHeaders(maxBytes: number): Router {
  const router = Router({ caseSensitive: true })
  router.use('/uploads', (req, res, next) => {
    res.setHeader('Tus-Resumable', TUS_VERSION)
    if (req.method === 'OPTIONS')
      res.set({
        'Tus-Version': TUS_VERSION,
        'Tus-Extension': 'creation,creation-with-upload,expiration,termination',
        'Tus-Max-Size': String(maxBytes),
      })
    next()
  })
  return router
}
