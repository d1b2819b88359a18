// What anyone would write without a service: Express, one GET to Redis, JSON.
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Redis } from 'ioredis'
import { answerOrders } from './helper-process.ts'

answerOrders(async ({ redisUrl, prefix }: { redisUrl: string; prefix: string }): Promise<number> => {
  const redis = new Redis(redisUrl)
  const app = express()
  app.get('/tasks/:id', async (req, res) => {
    const task = await redis.get(prefix + req.params.id)
    if (task === null) res.sendStatus(404)
    else res.json(JSON.parse(task))
  })
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error) => (error ? reject(error) : resolve((server.address() as AddressInfo).port)))
  })
})
