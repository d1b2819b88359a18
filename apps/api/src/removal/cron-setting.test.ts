import { expect, it } from 'vitest'
import { cron, isTimeZone } from './cron-setting.ts'

const setting = cron('0 2 * * *')

it('accepts cron expressions of five fields', () => {
  expect(setting.parse(undefined)).toBe('0 2 * * *')
  expect(setting.parse('*/15 1-3 * * mon')).toBe('*/15 1-3 * * mon')
})

it.each(['', 'daily', '0 25 * * *', '0 2 * *', '0 0 2 * * *'])('refuses %j', (text) => {
  expect(setting.safeParse(text).success).toBe(false)
})

it('knows time zones', () => {
  expect(['UTC', 'Europe/Madrid', 'America/Bogota'].map(isTimeZone)).toEqual([true, true, true])
  expect(['', 'Madrid', 'UTC+25'].map(isTimeZone)).toEqual([false, false, false])
})
