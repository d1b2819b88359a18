const WANTED = 0.9
/**
 * How much a late task moves the scale; one that is in time moves it back by a ninth of that, so
 * they balance at 90 %.
 */
const STEP = 0.05
const BOUNDS = { least: 0.7, most: 10 }
const RECENT = 500

/**
 * How often estimates were right. It also corrects them: influences that the model ignores (a
 * slower machine, a busy disk) show as tasks that exceed their p90, and the scale grows until nine
 * in ten are within.
 */
export class Coverage {
  readonly #recent: boolean[] = []
  #scale = 1

  /** The factor for an estimated p90. */
  get scale(): number {
    return this.#scale
  }

  /** The share of recent tasks that ended within their p90; undefined before the first. */
  get share(): number | undefined {
    const { length } = this.#recent
    return length === 0 ? undefined : this.#recent.filter(Boolean).length / length
  }

  add(within: boolean): void {
    this.#recent.push(within)
    if (this.#recent.length > RECENT) this.#recent.shift()
    const step = within ? -(STEP * (1 - WANTED)) / WANTED : STEP
    this.#scale = Math.min(BOUNDS.most, Math.max(BOUNDS.least, this.#scale * (1 + step)))
  }
}
