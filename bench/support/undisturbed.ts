import { spinAllCores } from './canary.ts'

export interface Round<Measures> {
  measures: Measures
  /** The slower of the spins before and after, relative to the fastest spin of the run. */
  calm: number
}

const FIRST_SPINS = 5
/** If a neighbour takes more than this, the round is discarded. */
export const CALM = 0.95
/**
 * The maximum number of discarded rounds per required one: on a machine that is never calm there
 * must be an end.
 */
const TRIES_PER_ROUND = 2

/**
 * Measures repeatedly until `wanted` rounds were undisturbed, according to a canary before and
 * after each. Disturbed rounds come last, and are only used if there are not enough others.
 */
export async function undisturbedRounds<Measures>(
  wanted: number,
  measure: (round: number) => Promise<Measures>,
): Promise<Round<Measures>[]> {
  const spins: number[] = []
  const spin = async (): Promise<number> => {
    spins.push(await spinAllCores())
    return spins.at(-1) as number
  }
  for (let first = 0; first < FIRST_SPINS; first++) await spin()

  const tried: { measures: Measures; turns: number }[] = []
  const judged = (): Round<Measures>[] =>
    tried.map(({ measures, turns }) => ({ measures, calm: turns / Math.max(...spins) }))
  const calmRounds = (): Round<Measures>[] => judged().filter(({ calm }) => calm >= CALM)
  while (calmRounds().length < wanted && tried.length < wanted * TRIES_PER_ROUND) {
    const before = await spin()
    const measures = await measure(tried.length + 1)
    tried.push({ measures, turns: Math.min(before, await spin()) })
  }
  const byCalm = judged().toSorted((a, b) => b.calm - a.calm)
  return byCalm.slice(0, wanted)
}

/**
 * The rounds used for the figures: the calm ones; all if there were none, which the notes then say.
 */
export function countingRounds<Measures>(rounds: readonly Round<Measures>[]): readonly Round<Measures>[] {
  const calm = rounds.filter((round) => round.calm >= CALM)
  return calm.length > 0 ? calm : rounds
}

/** The note about a round after its figures. */
export const calmNote = (calm: number): string =>
  `; canary ${(calm * 100).toFixed(0)} %${calm < CALM ? ', DISTURBED' : ''}`
