/** Random choices that are the same for the same seed everywhere. */
export interface Random {
  /** From `least` to `most`. */
  between(least: number, most: number): number
  whole(least: number, most: number): number
  oneOf<T>(choices: readonly T[]): T
  chance(share: number): boolean
}

/** Mulberry32 (Tommy Ettinger): one multiplication per number, every seed is good. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + next() * (most - least)
  const whole = (least: number, most: number): number => Math.floor(between(least, most + 1))
  return {
    between,
    whole,
    oneOf: (choices) => choices[whole(0, choices.length - 1)] as (typeof choices)[number],
    chance: (share) => next() < share,
  }
}
