import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import { useLanguage } from '../words/language.tsx'
import { UploadRow } from './upload-row.tsx'

const ROW_PX = 74
/** Rows beyond the edges of the window, so that scrolling shows no gaps. */
const OVERSCAN = 8

/** The rows in sight of any number of photos. */
export function UploadRows({ order }: { order: readonly number[] }) {
  const { words } = useLanguage()
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [])
  const rows = useWindowVirtualizer({
    count: order.length,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => order[index] ?? index,
    overscan: OVERSCAN,
    scrollMargin: top,
  })
  return (
    <ul ref={list} className="rows card" aria-label={words.upload.list} style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ key, index, start }) => (
        <li
          key={key}
          ref={rows.measureElement}
          data-index={index}
          aria-setsize={order.length}
          aria-posinset={index + 1}
          style={{ transform: `translateY(${start - top}px)` }}
        >
          <UploadRow id={order[index] ?? 0} />
        </li>
      ))}
    </ul>
  )
}
