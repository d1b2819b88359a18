import { useEffect, useRef } from 'react'

/**
 * `j` and `k` move through the links of a list, `x` ticks the row, `/` goes to the search. Enter
 * opens a link anyway.
 */
export function useListKeys() {
  const list = useRef<HTMLUListElement>(null)
  const search = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { target, key } = event
      const isTyping = target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea')
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
      const rows = [...(list.current?.children ?? [])]
      const at = rows.findIndex((row) => row.contains(document.activeElement))
      const step = key === 'j' ? 1 : key === 'k' ? -1 : 0
      if (step !== 0) rows[Math.max(0, at + step)]?.querySelector('a')?.focus()
      else if (key === 'x') rows[at]?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click()
      else if (key === '/') search.current?.focus()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  return { list, search }
}
