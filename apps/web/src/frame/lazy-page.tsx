import { createElement, lazy, Suspense, useState, type ComponentType } from 'react'

/**
 * A page whose code is loaded when it is opened. If that fails, as without a connection, it is
 * loaded again when the page is opened again: `lazy` alone would fail for ever.
 */
export function lazyPage<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let kept: ComponentType<Props> | undefined
  const forget = (error: unknown): never => {
    kept = undefined
    throw error
  }
  const begin = (): ComponentType<Props> => (kept ??= lazy(() => load().then((page) => ({ default: page }), forget)))
  return function LazyPage(props: Props) {
    const [page] = useState(begin)
    return <Suspense>{createElement(page, props)}</Suspense>
  }
}
