// `npm run faults [-- NAME… --profile ci|quick|long --compare --mutate --at-once N --tasks N --seed N
// --report FILE --check FILE]`: see docs/faults.md.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { readHistory } from '../faults/history.ts'
import { judge, type Verdict } from '../faults/judge.ts'
import { mutate, toMutationTable } from '../faults/mutate.ts'
import { headline, lineOf, toMarkdown } from '../faults/report.ts'
import { runScenario } from '../faults/run-scenario.ts'
import { PROFILES, type Profile, type Scenario } from '../faults/scenario.ts'
import { scenarios } from '../faults/scenarios/all.ts'
import { sideBySide } from '../faults/side-by-side.ts'
import { sweepDeadRuns } from '../faults/sweep-dead-runs.ts'
import { onStopSignal } from './on-stop-signal.ts'

const USAGE = `npm run faults -- [NAME…] [options]
  NAME           fi-07, 07, 7 …; the quick profile if there is none
  --profile P    ci: the ten that CI runs; quick; or long: every scenario at full size
  --compare      measures BullMQ's defaults for comparison (fi-01; a minute)
  --at-once N    runs N scenarios in parallel, each on its own stores; they mostly wait
  --tasks N      uploads per scenario
  --seed N       repeats the same random choices
  --report FILE  writes the table as markdown
  --mutate       removes the product's guards one by one (or those named): a scenario must fail for each
  --check FILE   evaluates a history.ndjson again
  --list         lists all scenarios`

const ROOT = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: 'string', default: 'quick' },
    compare: { type: 'boolean', default: false },
    mutate: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '1' },
    tasks: { type: 'string' },
    seed: { type: 'string' },
    report: { type: 'string' },
    check: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const atOnce = Number(values['at-once'])
const profile = PROFILES.find((name) => name === values.profile)
const isLong = profile === 'long'
onStopSignal(() => process.exit(130))
process.exit(await main())

async function main(): Promise<number> {
  if (values.help) console.log(USAGE)
  else if (!profile)
    return refuse(`Unknown profile ${values.profile}: --profile must be one of ${PROFILES.join(', ')}.`)
  else if (values.list)
    for (const scenario of scenarios.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      console.log(`${scenario.name}  ${scenario.title}${pc.dim(`  (${scenario.profile})`)}`)
  else if (values.check) return showVerdicts([judge(readHistory(values.check), values.check)])
  else return run(profile)
  return 0
}

function refuse(why: string): number {
  console.error(pc.red(why))
  return 2
}

function showVerdicts(verdicts: readonly Verdict[]): number {
  console.log(headline())
  for (const verdict of verdicts) console.log(lineOf(verdict))
  return verdicts.every(({ passed }) => passed) ? 0 : 1
}

async function run(profile: Profile): Promise<number> {
  const startedAt = new Date()
  const seed = Number(values.seed ?? startedAt.getTime() % 1_000_000)
  const darkroom = join(ROOT, '.darkroom', 'faults')
  await sweepDeadRuns(darkroom)
  const folder = join(darkroom, `${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  console.log(`Profile ${profile}, seed ${seed}, records in ${relative(process.cwd(), folder)}`)
  if (values.mutate) return runMutations(folder, seed)

  const { verdicts, skipped } = await runScenarios(chosen(profile), folder, seed)
  if (values.report) writeFileSync(values.report, toMarkdown(verdicts, { profile, seed, startedAt, skipped }))
  const failed = verdicts.filter(({ passed }) => !passed).length
  // The summary line, which other programs read.
  console.log(
    `\n${verdicts.length - failed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
  )
  return failed > 0 ? 1 : 0
}

async function runMutations(folder: string, seed: number): Promise<number> {
  const results = await mutate(positionals, { folder, seed, atOnce })
  if (values.report) writeFileSync(values.report, toMutationTable(results))
  return results.length > 0 && results.every(({ caught }) => caught) ? 0 : 1
}

async function runScenarios(
  wanted: readonly Scenario[],
  folder: string,
  seed: number,
): Promise<{ verdicts: Verdict[]; skipped: { name: string; reason: string }[] }> {
  const verdicts: Verdict[] = []
  const skipped: { name: string; reason: string }[] = []
  const tasks = values.tasks === undefined ? undefined : Number(values.tasks)
  console.log(headline())
  const runOne = async (scenario: Scenario): Promise<void> => {
    const reason = scenario.skip?.()
    if (reason === undefined) {
      const verdict = await runScenario(scenario, {
        folder,
        seed,
        long: isLong,
        compare: values.compare || isLong,
        tasks,
      })
      verdicts.push(verdict)
      console.log(lineOf(verdict))
    } else {
      skipped.push({ name: scenario.name, reason })
      console.log(`${scenario.name.padStart(6)}  ${pc.yellow('skipped')}: ${reason}`)
    }
  }
  for (const scenario of wanted.filter(({ alone }) => alone)) await runOne(scenario)
  await sideBySide(
    wanted.filter(({ alone }) => !alone),
    atOnce,
    runOne,
  )
  verdicts.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { verdicts, skipped }
}

function chosen(profile: Profile): readonly Scenario[] {
  if (positionals.length === 0)
    return scenarios.filter((scenario) => PROFILES.indexOf(scenario.profile) <= PROFILES.indexOf(profile))
  return positionals.map((asked) => {
    const number = asked.replace(/^fi-?/i, '').padStart(2, '0')
    const found = scenarios.find(({ name }) => name === `fi-${number}`)
    if (found) return found
    return process.exit(refuse(`Unknown scenario ${asked}: use --list to see them all.`))
  })
}
