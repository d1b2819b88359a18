// The baseline without a service: Express, multer to disk, 202. The file is removed, because it is
// not needed.
import { unlink } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import express from 'express'
import multer from 'multer'
import { answerOrders } from './helper-process.ts'

answerOrders(async ({ folder }: { folder: string }): Promise<number> => {
  const app = express()
  const upload = multer({ dest: folder })
  app.post('/upload', upload.single('file'), async (req, res) => {
    if (req.file) await unlink(req.file.path)
    res.status(202).json({ name: req.file?.originalname, bytes: req.file?.size })
  })
  return listen(app)
})

function listen(app: express.Express): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error) =>
      error ? reject(error) : resolve((server.address() as AddressInfo).port),
    )
  })
}
