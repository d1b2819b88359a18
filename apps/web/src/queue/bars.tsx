const HEIGHT = 20

/** One bar for each count, as high as its share of the largest. */
export function Bars({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts)
  const heights = counts.map((count) => (count / most) * HEIGHT)
  return (
    <svg viewBox={`0 0 ${counts.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {heights.map((height, index) => (
        <rect key={index} x={index + 0.1} width={0.8} y={HEIGHT - height} height={height} />
      ))}
    </svg>
  )
}
