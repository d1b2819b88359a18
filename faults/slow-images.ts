import type { Patch } from './tree.ts'

/**
 * Images that take longer, like large ones: a fault that should hit a running worker would
 * otherwise have to aim at a few milliseconds.
 */
export function slowImages(msOf: Readonly<Record<string, number>>): Patch {
  const find = '  const { made, bytesIn } = await readSource('
  const wait = `  for (const [name, ms] of Object.entries(${JSON.stringify(msOf)})) if (job.imageName.startsWith(name)) await new Promise((done) => setTimeout(done, ms))\n`
  return { file: 'apps/image-worker/src/process-image.ts', find, replace: wait + find }
}
