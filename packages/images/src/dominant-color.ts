/** Colours that agree in the upper three bits of each channel count as one. */
const SHIFT = 5

/** The mean of the most frequent colours, as `#rrggbb`. `rgba` has four bytes per pixel. */
export function dominantColor(rgba: Uint8Array): string {
  const sums = new Map<number, [count: number, red: number, green: number, blue: number]>()
  for (let at = 0; at < rgba.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3)
    const key = ((red >> SHIFT) << 6) | ((green >> SHIFT) << 3) | (blue >> SHIFT)
    const sum = sums.get(key) ?? [0, 0, 0, 0]
    sums.set(key, [sum[0] + 1, sum[1] + red, sum[2] + green, sum[3] + blue])
  }
  const [count, ...channels] = [...sums.values()].reduce((most, sum) => (sum[0] > most[0] ? sum : most))
  return `#${channels.map((sum) => hex(sum / count)).join('')}`
}

const hex = (value: number): string => Math.round(value).toString(16).padStart(2, '0')
