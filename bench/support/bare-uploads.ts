// The baselines of uploads, with the promises of the service but nothing else of it. `/upload`:
// Express and multer to disk, one SHA-256, one fsync, 202. `/raw`: an HTTP handler that writes and
// hashes the body, one fsync, one insert, 202. Files are removed, because they are not needed.
import { createHash, hash, randomUUID } from 'node:crypto'
import { open, readFile, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import { MongoClient } from 'mongodb'
import multer from 'multer'
import { answerOrders } from './helper-process.ts'

export interface BareUploadsOrder {
  folder: string
  mongoUrl: string
}

answerOrders(async ({ folder, mongoUrl }: BareUploadsOrder): Promise<number> => {
  const app = express()
  const upload = multer({ dest: folder })
  app.post('/upload', upload.single('file'), async (req, res) => {
    if (!req.file) throw new Error('There is no file')
    const { path, originalname: name, size: bytes } = req.file
    const sha256 = hash('sha256', await readFile(path))
    const file = await open(path, 'r+')
    await file.sync()
    await file.close()
    await unlink(path)
    res.status(202).json({ name, bytes, sha256 })
  })

  const mongo = await MongoClient.connect(mongoUrl)
  const documents = mongo.db(`bare-uploads-${randomUUID()}`).collection('uploads')
  const server = createServer((req, res) => {
    if (req.url !== '/raw') return app(req, res)
    void receive(req, folder).then(async (received) => {
      await documents.insertOne({ ...received })
      const json = JSON.stringify(received)
      res.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }).end(json)
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
})

async function receive(req: IncomingMessage, folder: string): Promise<{ bytes: number; sha256: string }> {
  const path = join(folder, randomUUID())
  const file = await open(path, 'wx')
  const sha256 = createHash('sha256')
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    sha256.update(chunk)
    bytes += chunk.length
    await file.write(chunk)
  }
  await file.sync()
  await file.close()
  await unlink(path)
  return { bytes, sha256: sha256.digest('hex') }
}
