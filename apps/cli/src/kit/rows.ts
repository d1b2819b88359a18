import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import { bar, colourOf } from './format.ts'
import type { Output } from './shell.ts'

const REDRAW_MS = 100
const NAME_WIDTH = 30
/** Not worth a line of their own. */
const SMALL_STEPS = ['sending', 'pending']

/** A file or task that is being worked on. */
export interface Row {
  name: string
  status: string
  percent?: number
  /** What it came to, once it has ended. */
  outcome?: string
}

export interface Rows {
  /** A row has changed. */
  show: (row: Row) => void
  /** A row has reached its last state. */
  end: (row: Row) => void
  /** Removes what is only for the moment. */
  close: () => void
}

/**
 * In a terminal, the rows in progress with a bar, below those that have ended; elsewhere a line for
 * each new status of a row. `summary` is the last line.
 */
export const createRows = (out: Output, summary: () => string): Rows =>
  out.isLive ? liveRows(summary) : plainRows(out)

function liveRows(summary: () => string): Rows {
  const screen = createLogUpdate(process.stdout)
  const open = new Set<Row>()
  const draw = (): void => {
    const room = Math.max(1, (process.stdout.rows || 24) - 3)
    const shown = [...open]
      .toSorted((one, other) => Number(other.percent !== undefined) - Number(one.percent !== undefined))
      .slice(0, room)
    screen([...shown.map(lineOf), pc.dim(summary())].join('\n'))
  }
  const timer = setInterval(draw, REDRAW_MS)
  return {
    show: (row) => void open.add(row),
    end: (row) => {
      open.delete(row)
      screen.persist(lineOf(row))
    },
    close: () => {
      clearInterval(timer)
      screen.clear()
      screen.done()
    },
  }
}

function plainRows(out: Output): Rows {
  const said = new WeakMap<Row, string>()
  const show = (row: Row): void => void (SMALL_STEPS.includes(row.status) || say(row))
  const say = (row: Row): void => {
    if (said.get(row) === row.status) return
    said.set(row, row.status)
    out.line(textOf(row))
  }
  return { show, end: say, close: () => {} }
}

const textOf = ({ name, status, outcome = '' }: Row): string => `${name}  ${status}  ${outcome}`.trimEnd()

function lineOf({ name, status, percent, outcome }: Row): string {
  const short = name.length > NAME_WIDTH ? `…${name.slice(1 - NAME_WIDTH)}` : name
  const detail = outcome ?? (percent === undefined ? '' : bar(percent))
  const width = Math.max(20, (process.stdout.columns || 80) - NAME_WIDTH - 14)
  return `${short.padEnd(NAME_WIDTH)} ${colourOf(status)(status.padEnd(10))} ${detail.slice(0, width)}`.trimEnd()
}
