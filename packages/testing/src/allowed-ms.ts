/**
 * How much longer a thing may take than its control: the two are not measured at the very same
 * moment.
 */
const TIMES = 10

/**
 * How long something may take: `calmMs`, or on a machine that is busy ten times what a control took
 * in the same run. The control does the same without the fault, or is the bare operation below it.
 */
export function allowedMs(calmMs: number, controlMs: number): number {
  return Math.max(calmMs, TIMES * controlMs)
}
