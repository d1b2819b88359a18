import { useLanguage } from '../words/language.tsx'
import { sizeChange } from '../words/size-change.ts'

/** How much smaller a result is, or that it is not. */
export function Saving({ before, after }: { before: number; after: number }) {
  const { words, formats } = useLanguage()
  return <span className={after < before ? 'good' : 'quiet'}>{sizeChange(words, formats, { before, after })}</span>
}
