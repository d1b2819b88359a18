// Runs inside vitest: sends the result of the run to scripts/test.ts over the IPC channel.
import type { Reporter, TestModule } from 'vitest/node'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

export interface TestRun {
  projects: Record<string, Counts>
  /** Errors outside any test; each of them fails the run. */
  unhandledErrors: number
  services: { redis: string; mongo: string } | undefined
}

/** A class, because vitest instantiates reporters. */
export default class TestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const run: TestRun = { projects: {}, unhandledErrors: unhandledErrors.length, services: undefined }
    for (const module of modules) {
      add((run.projects[module.project.name] ??= { passed: 0, failed: 0, skipped: 0 }), module)
      run.services ??= (module.project.getProvidedContext() as Partial<Pick<TestRun, 'services'>>).services
    }
    process.send?.(run)
  }
}

function add(counts: Counts, module: TestModule): void {
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    counts[state === 'passed' || state === 'failed' ? state : 'skipped']++
  }
  // A file that cannot be loaded or a hook that throws has no test to count, but must not look like
  // success.
  if (module.errors().length > 0) counts.failed++
  for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed++
}
