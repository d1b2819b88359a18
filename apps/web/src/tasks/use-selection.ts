import type { ListedTask } from '@darkroom/contracts'
import { useState } from 'react'

export interface Selection {
  /** Of the tasks that are listed. */
  tasks: readonly ListedTask[]
  has: (id: string) => boolean
  toggle: (id: string) => void
  clear: () => void
}

export function useSelection(listed: readonly ListedTask[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  return {
    tasks: listed.filter(({ id }) => ids.has(id)),
    has: (id) => ids.has(id),
    toggle: (id) => setIds((now) => now.symmetricDifference(new Set([id]))),
    clear: () => setIds(new Set()),
  }
}
