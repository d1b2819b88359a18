export type Formats = ReturnType<typeof createFormats>

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']
const MIB = 1024 * 1024
const NO_BREAK = '\u00A0'

/** Numbers as people of a language write them. */
export function createFormats(language: string) {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  const shown = (value: number): string => (value < 10 ? tenths : whole).format(value)

  return {
    count: (value: number): string => whole.format(value),
    /** 0.987 is 99 %, but what is not everything is never 100 %. */
    share: (value: number): string =>
      `${whole.format(value < 1 ? Math.min(Math.round(value * 100), 99) : Math.round(value * 100))}${NO_BREAK}%`,
    /** Decimal, as files are sold: 33 kB, 4.6 MB. */
    bytes(value: number): string {
      let unit = 0
      let rest = value
      while (rest >= 999.5 && unit < UNITS.length - 1) {
        rest /= 1000
        unit += 1
      }
      const isTenths = unit >= 2 && rest < 100
      return `${(isTenths ? tenths : whole).format(rest)}${NO_BREAK}${UNITS[unit]}`
    },
    /** A limit as it is set, in powers of two: 50 MiB. */
    limit: (value: number): string => `${tenths.format(value / MIB)}${NO_BREAK}MiB`,
    duration(ms: number): string {
      if (ms < 1000) return `${whole.format(ms)}${NO_BREAK}ms`
      const seconds = ms / 1000
      if (seconds < 60) return `${shown(seconds)}${NO_BREAK}s`
      if (seconds < 3600) return `${whole.format(seconds / 60)}${NO_BREAK}min`
      return `${shown(seconds / 3600)}${NO_BREAK}h`
    },
    time: (at: string | number | Date): string => time.format(new Date(at)),
    day: (at: string | number | Date): string => day.format(new Date(at)),
    moment: (at: string | number | Date): string => moment.format(new Date(at)),
    size: ({ width, height }: { width: number; height: number }): string => `${width}${NO_BREAK}×${NO_BREAK}${height}`,
  }
}
