import { expect, test } from 'vitest'
import { imageOptimize } from '@darkroom/contracts'
import { queueNames } from './names.ts'
import { parseClientList, parseWorkers } from './worker-presence.ts'

const names = queueNames({ queue: 'photos' }, imageOptimize)
const base = `bull:${Buffer.from('photos').toString('base64')}`
const listOf = (...clients: string[]): string =>
  clients.map((name, id) => `id=${id} addr=127.0.0.1:1 name=${name} age=1\n`).join('')

test('counts the workers and slots of this queue', () => {
  const list = listOf(`${base}:w:a`, `${base}:slots:4/0.2.0:a`, `${base}:w:b`, `${base}:slots:2:b`, '', `${base}:qe`)
  expect(parseClientList(list, names)).toEqual({ workers: 2, slots: 6 })
})

test('workers of other queues and installations are not counted', () => {
  const list = listOf(`x:${base}:w:a`, `bull:${Buffer.from('videos').toString('base64')}:w:b`)
  expect(parseClientList(list, names)).toEqual({ workers: 0, slots: 0 })
})

test('a worker that does not report its slots counts as one', () => {
  expect(parseClientList(listOf(`${base}:w:a`, base), names)).toEqual({ workers: 2, slots: 2 })
})

test('lists the workers of this queue that announce themselves, by their ids', () => {
  const other = `bull:${Buffer.from('videos').toString('base64')}`
  const list = listOf(`${base}:w:b`, `${base}:slots:2:b`, `${base}:slots:4/1.2.0-rc.1:host-1:a`, `${other}:slots:9:c`)
  expect(parseWorkers(list, names)).toEqual([
    { id: 'b', slots: 2, version: null, connectedMs: 1000 },
    { id: 'host-1:a', slots: 4, version: '1.2.0-rc.1', connectedMs: 1000 },
  ])
})
