import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Workspace packages run from their sources: tests never see a stale build.
const shared = { ssr: { resolve: { conditions: ['source'] } } }

const STORES = './scripts/test-services.ts'
/** Built once, not by each test that runs `npm start`. */
const PAGE = './scripts/test-page.ts'

export default defineConfig({
  test: {
    // By default one core is left for vitest itself, which on two cores means one file at a time;
    // most tests wait for stores and timers.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', '{scripts,faults,fuzz}/*.test.ts'],
          exclude: ['**/*.int.test.ts', '**/node_modules/**', '**/dist/**'],
          // It ends what hangs. How fast something is has tests of its own, with bounds that a busy
          // machine keeps.
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'int',
          include: ['{apps,packages}/*/{src,test}/**/*.int.test.ts', 'scripts/*.int.test.ts'],
          globalSetup: STORES,
          testTimeout: 30_000,
          hookTimeout: 180_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: [STORES, PAGE],
          // Each starts processes of its own, which mostly wait.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          // It ends what hangs; with other tests beside it, an expiry of 500 tasks takes two minutes.
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'alone',
          include: ['test/e2e/**/*.alone.test.ts'],
          globalSetup: [STORES, PAGE],
          // They use all CPUs, or count what processes do, which depends on how fast they get to do it.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
