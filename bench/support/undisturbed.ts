import { spinAllCores } from './canary.ts'

export interface Round<Measures> {
  measures: Measures
  /** The slower of the spins before and after, by the fastest spin of the run. */
  calm: number
}

const FIRST_SPINS = 5
/** A neighbour that takes more than this spoils a round. */
export const CALM = 0.95
/**
 * So many rounds are thrown away at most for each one that is wanted: on a machine that is never
 * calm there must be an end.
 */
const TRIES_PER_ROUND = 2

/**
 * Measures again and again until `wanted` rounds were undisturbed, by a canary before and after
 * each. The rounds that were not come last, and only where there was no end of disturbance.
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
 * The rounds that figures are made of: the calm ones; all of them where none was, and then the
 * notes say so.
 */
export function countingRounds<Measures>(rounds: readonly Round<Measures>[]): readonly Round<Measures>[] {
  const calm = rounds.filter((round) => round.calm >= CALM)
  return calm.length > 0 ? calm : rounds
}

/** What is said of a round behind its figures. */
export const calmNote = (calm: number): string =>
  `; canary ${(calm * 100).toFixed(0)} %${calm < CALM ? ', DISTURBED' : ''}`
