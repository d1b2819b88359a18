import sharp, { type Sharp } from 'sharp'

interface Scene {
  /** Colours of the sky from the zenith down. */
  sky: readonly [string, string, string]
  sun: string
  /** The furthest ridge and the nearest one; those in between are interpolated. */
  far: string
  near: string
}

const SCENES: readonly [Scene, ...Scene[]] = [
  { sky: ['#274b7a', '#7fa6c9', '#f6d9ae'], sun: '#fff3cf', far: '#9db3c8', near: '#1d3326' },
  { sky: ['#2b2250', '#b4506b', '#f7b267'], sun: '#ffe3a3', far: '#a76a7d', near: '#241a2e' },
  { sky: ['#3f7fb5', '#9cc9e4', '#e9f3f2'], sun: '#ffffff', far: '#a9c6cf', near: '#2c4a31' },
  { sky: ['#10263d', '#2f6071', '#c9d6b8'], sun: '#f4f7de', far: '#6f949a', near: '#10231f' },
]
const RIDGES = 6
const DRAWN_PX = 1600

/**
 * A landscape at some hour of the day, different for each seed: hazy ridges, a sun, film grain.
 * Width by height in pixels.
 */
export async function landscape(wanted: { width: number; height: number; seed: number }): Promise<Sharp> {
  const { seed } = wanted
  // Drawn small and enlarged: rendering 12 megapixels takes seconds.
  const scale = Math.min(1, DRAWN_PX / Math.max(wanted.width, wanted.height))
  const [width, height] = [Math.round(wanted.width * scale), Math.round(wanted.height * scale)]
  const random = randomFrom(seed)
  const scene = SCENES[seed % SCENES.length] ?? SCENES[0]
  const sun = { x: width * (0.2 + 0.6 * random()), y: height * (0.3 + 0.1 * random()), r: height * 0.05 }
  const ridges = Array.from({ length: RIDGES }, (_, index) => {
    const depth = index / (RIDGES - 1)
    const base = height * (0.44 + 0.5 * depth ** 1.3)
    const points = ridge(random, { width, base, swing: height * (0.1 + 0.06 * depth) })
    return `<polygon fill="${mixed(scene.far, scene.near, depth)}" points="0,${height} ${points} ${width},${height}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs>
      <linearGradient id="sky" x2="0" y2="0.72"><stop stop-color="${scene.sky[0]}"/><stop offset="0.6" stop-color="${scene.sky[1]}"/><stop offset="1" stop-color="${scene.sky[2]}"/></linearGradient>
      <radialGradient id="glow"><stop stop-color="${scene.sun}" stop-opacity="0.9"/><stop offset="1" stop-color="${scene.sun}" stop-opacity="0"/></radialGradient>
    </defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${sun.x}" cy="${sun.y}" r="${sun.r * 7}" fill="url(#glow)"/>
    <circle cx="${sun.x}" cy="${sun.y}" r="${sun.r}" fill="${scene.sun}"/>
    ${ridges.join('\n')}
  </svg>`
  const noise = { type: 'gaussian', mean: 128, sigma: 18 } as const
  const grain = { create: { width: 400, height: 400, channels: 3, background: '#000', noise } } as const
  const drawing = await sharp(Buffer.from(svg))
    .flatten()
    .composite([{ input: grain, tile: true, blend: 'soft-light' }])
    .png({ compressionLevel: 1 })
    .toBuffer()
  return sharp(drawing).resize(wanted.width, wanted.height)
}

/**
 * The points of a skyline by midpoint displacement: each midpoint is moved up or down by less and
 * less.
 */
function ridge(random: () => number, { width, base, swing }: { width: number; base: number; swing: number }): string {
  let heights = [base + swing * (random() - 0.5), base + swing * (random() - 0.5)]
  for (let step = swing; heights.length < 1024; step *= 0.52) {
    heights = heights.flatMap((height, index) => {
      const next = heights[index + 1]
      return next === undefined ? [height] : [height, (height + next) / 2 + step * (random() - 0.5)]
    })
  }
  return heights
    .map((height, index) => `${((width * index) / (heights.length - 1)).toFixed(1)},${height.toFixed(1)}`)
    .join(' ')
}

function mixed(from: string, to: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [from, to].map((colour) => parseInt(colour.slice(at, at + 2), 16)) as [number, number]
    return Math.round(a + (b - a) * share)
  })
  return `rgb(${channels.join()})`
}

/** mulberry32: small, and deterministic everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixedState = Math.imul(state ^ (state >>> 15), 1 | state)
    mixedState = (mixedState + Math.imul(mixedState ^ (mixedState >>> 7), 61 | mixedState)) ^ mixedState
    return ((mixedState ^ (mixedState >>> 14)) >>> 0) / 4_294_967_296
  }
}
