// The baseline without a service: Express, one GET to Redis or one findOne to MongoDB, JSON.
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Redis } from 'ioredis'
import { MongoClient, ObjectId } from 'mongodb'
import { answerOrders } from './helper-process.ts'

export interface BareReadsOrder {
  redisUrl: string
  mongoUrl: string
  prefix: string
}

answerOrders(async ({ redisUrl, mongoUrl, prefix }: BareReadsOrder): Promise<number> => {
  const redis = new Redis(redisUrl)
  const tasks = new MongoClient(mongoUrl).db().collection('tasks')
  const app = express()
  app.get('/cached/:id', async (req, res) => {
    const task = await redis.get(prefix + req.params.id)
    if (task === null) res.sendStatus(404)
    else res.json(JSON.parse(task))
  })
  app.get('/stored/:id', async (req, res) => {
    const task = await tasks.findOne({ _id: new ObjectId(req.params.id), tenant: 'default' })
    if (task === null) res.sendStatus(404)
    else res.json(task)
  })
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error) =>
      error ? reject(error) : resolve((server.address() as AddressInfo).port),
    )
  })
})
