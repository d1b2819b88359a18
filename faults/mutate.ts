import pc from 'picocolors'
import type { Verdict } from './judge.ts'
import { mutations, type Mutation } from './mutations.ts'
import { runScenario } from './run-scenario.ts'
import { scenarios } from './scenarios/all.ts'
import { sideBySide } from './side-by-side.ts'

export interface MutationResult {
  mutation: Mutation
  verdict: Verdict
  caught: boolean
}

interface MutateOptions {
  folder: string
  seed: number
  atOnce: number
}

/** A mutated product may never become idle; this is enough for a correct one. */
const REST_MS = 30_000

/** Runs each mutation (all, or those named) against its scenario and prints the result. */
export async function mutate(
  names: readonly string[],
  { atOnce, ...options }: MutateOptions,
): Promise<MutationResult[]> {
  const wanted = mutations.filter(({ name }) => names.length === 0 || names.includes(name))
  return sideBySide(wanted, atOnce, async (mutation) => {
    const result = await tryMutation(mutation, options)
    console.log(describe(result))
    return result
  })
}

async function tryMutation(mutation: Mutation, options: { folder: string; seed: number }): Promise<MutationResult> {
  const { name, patches, caughtBy } = mutation
  const scenario = scenarios.find((one) => one.name === caughtBy.scenario)
  if (!scenario) throw new Error(`Unknown scenario ${caughtBy.scenario}`)
  const verdict = await runScenario(
    { ...scenario, restMs: caughtBy.restMs ?? REST_MS },
    { ...options, long: false, tasks: caughtBy.tasks, mutation: { name, patches } },
  )
  return { mutation, verdict, caught: verdict.violations.some(({ invariant }) => invariant === caughtBy.invariant) }
}

function describe({ mutation: { name, says, caughtBy }, verdict, caught }: MutationResult): string {
  const found = verdict.violations.map(({ invariant }) => invariant).join(' ') || 'nothing'
  const example = verdict.violations.find(({ invariant }) => invariant === caughtBy.invariant)?.examples[0]
  const result = caught ? pc.green('caught') : pc.red('SURVIVED')
  const line = `without ${name.padEnd(18)} ${result.padEnd(18)} by ${caughtBy.scenario}, ${caughtBy.invariant.padEnd(6)} ${pc.dim(`(${says}; found ${found}; ${verdict.numbers.seconds} s)`)}`
  return caught
    ? `${line}\n    ${pc.dim(String(example).slice(0, 160))}`
    : `${line}\n    ${pc.dim(`the record: ${verdict.file}`)}`
}

export function toMutationTable(results: readonly MutationResult[]): string {
  const rows = results.map(
    ({ mutation: { name, says, caughtBy }, caught }) =>
      `| ${name} | ${says} | ${caughtBy.scenario} | ${caughtBy.invariant} | ${caught ? 'caught' : 'SURVIVED'} |`,
  )
  return [
    '| guard removed | consequence | fault | invariant | result |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
