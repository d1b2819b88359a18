/**
 * Measures both sides of a comparison, each of them first in every other round: the second one
 * benefits from warmer caches.
 */
export async function inTurns<Left, Right>(
  round: number,
  left: () => Promise<Left>,
  right: () => Promise<Right>,
): Promise<[Left, Right]> {
  if (round % 2) return [await left(), await right()]
  const first = await right()
  return [await left(), first]
}
