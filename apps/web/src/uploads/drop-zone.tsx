import { useCallback, useEffect, useState, type ChangeEvent } from 'react'
import { useAccess } from '../api/use-access.ts'
import { useSettings } from '../api/use-settings.ts'
import { NotPermitted } from '../parts/not-permitted.tsx'
import { useLanguage } from '../words/language.tsx'
import { filesOfDrop } from './files-of-drop.ts'
import type { Upload } from './upload.ts'
import { useUploads } from './use-uploads.ts'

const NONE = {}
const ACCEPTED = 'image/jpeg,image/png,image/webp,image/gif'

interface Dropped {
  /** What is sent along with each photo. */
  fields?: Upload['fields']
}

/** Takes photos, from those who may upload some. */
export function DropZone(props: Dropped) {
  return useAccess().may('tasks:write') ? <OpenDropZone {...props} /> : <NotPermitted scope="tasks:write" />
}

/** Photos are dropped anywhere on the page, pasted, chosen, or taken by the camera. */
function OpenDropZone({ fields = NONE }: Dropped) {
  const { words, formats } = useLanguage()
  const { maxFileBytes } = useSettings()
  const uploads = useUploads()
  const add = useCallback((files: File[]) => uploads.add(files, fields), [uploads, fields])
  const isOver = useDroppedFiles(add)
  const choose = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    add([...(target.files ?? [])])
    // The same photo can be chosen again.
    target.value = ''
  }
  return (
    <div className="drop-places">
      <label className={`drop ${isOver ? 'over' : ''}`}>
        <span>
          <strong>{isOver ? words.drop.now : words.drop.title}</strong>
          {!isOver && words.drop.others}
        </span>
        <small>{words.drop.accepted(formats.limit(maxFileBytes))}</small>
        <input className="unseen" type="file" multiple accept={ACCEPTED} onChange={choose} />
      </label>
      <label className="button camera">
        {words.drop.camera}
        <input className="unseen" type="file" accept="image/*" capture="environment" onChange={choose} />
      </label>
    </div>
  )
}

/** Calls `take` with every drop and paste on the page. Returns whether files are held over it. */
function useDroppedFiles(take: (files: File[]) => void): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const leaving = new AbortController()
    const on = <Name extends keyof DocumentEventMap>(
      name: Name,
      listen: (event: DocumentEventMap[Name]) => void,
    ): void => document.addEventListener(name, listen, { signal: leaving.signal })
    const hold = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setOver(true)
    }
    on('dragenter', hold)
    on('dragover', hold)
    on('dragleave', ({ relatedTarget }) => relatedTarget === null && setOver(false))
    on('drop', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setOver(false)
      void filesOfDrop(event.dataTransfer).then(take)
    })
    on('paste', ({ clipboardData }) => {
      const files = [...(clipboardData?.files ?? [])]
      if (files.length > 0) take(files)
    })
    return () => leaving.abort()
  }, [take])
  return isOver
}
