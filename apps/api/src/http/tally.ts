/** Counts items in total and by name. Names without items take no memory. */
export class Tally {
  readonly #held = new Map<string, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  of(name: string): number {
    return this.#held.get(name) ?? 0
  }

  /** Adds one; the returned function removes it. */
  take(name: string): () => void {
    this.#total++
    this.#held.set(name, this.of(name) + 1)
    return () => {
      this.#total--
      const left = this.of(name) - 1
      if (left > 0) this.#held.set(name, left)
      else this.#held.delete(name)
    }
  }
}
