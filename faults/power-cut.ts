import { join } from 'node:path'
import type { Patch } from './tree.ts'

const LOSSY_DISK = join(import.meta.dirname, 'lossy-disk.ts')
const PROGRAMS = {
  api: {
    file: 'apps/api/src/main.ts',
    line: "import { collectDefaultMetrics, Registry } from '@prometheus-io/client'\n",
  },
  child: { file: 'apps/image-worker/src/child.ts', line: "import { serveJobs } from '@darkroom/worker/child'\n" },
}

/**
 * Turns each crash of this program into a power cut: unsynced data is lost with it. `flags` must
 * not be shared.
 */
export function powerCuts(program: keyof typeof PROGRAMS, flags: string): Patch {
  const { file, line } = PROGRAMS[program]
  return { file, find: line, replace: `import '${LOSSY_DISK}?flags=${flags}'\n${line}` }
}
