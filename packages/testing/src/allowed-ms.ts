/**
 * How much longer a measurement may take than its control, since the two are not taken at the same
 * moment.
 */
const TIMES = 10

/**
 * The allowed duration: `calmMs` or, on a busy machine, ten times what a control took in the same
 * run. The control does the same without the fault, or is the underlying operation alone.
 */
export function allowedMs(calmMs: number, controlMs: number): number {
  return Math.max(calmMs, TIMES * controlMs)
}
