import pc from 'picocolors'
import { prettyFactory } from 'pino-pretty'

const NAME_WIDTH = 12
const COLOURS = [pc.cyan, pc.magenta, pc.yellow, pc.blue, pc.green]

/** The fields that identify the process, which the prefix already does. */
const IGNORED = 'pid,hostname,name,reqId,req.headers,req.remoteAddress,req.remotePort,res.headers'

/**
 * Prints the lines of one process: on a terminal readable and with its name in a colour of its own;
 * otherwise unchanged.
 */
export function linePrinter(name: string, order: number): (line: string) => void {
  if (!process.stdout.isTTY) return (line) => console.log(line)
  const pretty = prettyFactory({
    colorize: pc.isColorSupported,
    translateTime: 'SYS:HH:MM:ss',
    ignore: IGNORED,
    singleLine: true,
  })
  const colour = COLOURS[order % COLOURS.length] ?? pc.cyan
  const prefix = colour(name.padEnd(NAME_WIDTH))
  return (line) => {
    const text = line.startsWith('{') ? pretty(line) : line
    for (const part of text.trimEnd().split('\n')) console.log(`${prefix} ${part}`)
  }
}
