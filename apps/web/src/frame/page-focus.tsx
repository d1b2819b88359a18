import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'

/** Begins a newly opened page at its top, for eyes and for screen readers. Shows nothing. */
export function PageFocus() {
  const [path] = useLocation()
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current === path) return
    shown.current = path
    scrollTo(0, 0)
    document.querySelector<HTMLElement>('#content')?.focus({ preventScroll: true })
  }, [path])
  return null
}
