import { useState } from 'react'
import { useLanguage } from '../words/language.tsx'

interface Compared {
  before: string
  after: { url: string; width: number; height: number }
  name: string
}

/**
 * The original on the left and the result on the right of a line that a pointer or the arrow keys
 * move.
 */
export function Compare({ before, after, name }: Compared) {
  const { words } = useLanguage()
  const [percent, setPercent] = useState(50)
  const [hasBefore, setHasBefore] = useState(true)
  return (
    <div className="compare" style={{ aspectRatio: `${after.width} / ${after.height}` }}>
      <img src={after.url} alt={name} width={after.width} height={after.height} />
      {hasBefore && (
        <>
          <img
            src={before}
            alt=""
            style={{ clipPath: `inset(0 ${100 - percent}% 0 0)` }}
            onError={() => setHasBefore(false)}
          />
          <span className="compare-line" style={{ left: `${percent}%` }} aria-hidden="true" />
          <input
            type="range"
            aria-label={words.task.compare}
            value={percent}
            onChange={({ target }) => setPercent(target.valueAsNumber)}
          />
        </>
      )}
    </div>
  )
}
