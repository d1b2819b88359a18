import { expect, it } from 'vitest'
import { isRedisOutage } from './redis-outage.ts'

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

it.each([
  "OOM command not allowed when used memory > 'maxmemory'.",
  "READONLY You can't write against a read only replica. script: f00, on @user_script:1.",
  'ERR Error running script (call to f_1): @user_script:2: -OOM command not allowed',
  'LOADING Redis is loading the dataset in memory',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
  "ERR The user executing the script can't run this command or subcommand script: f00, on @user_script:1.",
  'NOAUTH Authentication required.',
])('is an outage: %s', (message) => {
  expect(isRedisOutage(reply(message))).toBe(true)
})

it.each([
  'Connection is closed.',
  'Command timed out',
  "Stream isn't writeable and enableOfflineQueue options is false",
])('is an outage: %s', (message) => expect(isRedisOutage(new Error(message))).toBe(true))

it.each([
  reply("ERR unknown command 'GTE'"),
  reply('WRONGTYPE Operation against a key holding the wrong kind of value'),
  reply('BUSYGROUP Consumer Group name already exists'),
  new TypeError('x is not a function'),
  'OOM',
])('is not an outage: %s', (error) => {
  expect(isRedisOutage(error)).toBe(false)
})
