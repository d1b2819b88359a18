import { Component, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { BrokenPage } from './broken-page.tsx'

/** Keeps the frame when a page cannot be loaded or shown; another page is another try. */
export function PageBoundary({ children }: { children: ReactNode }) {
  const [path] = useLocation()
  return <Boundary key={path}>{children}</Boundary>
}

class Boundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true }
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children
    return <BrokenPage again={() => this.setState({ isBroken: false })} />
  }
}
