import { useRef, type ReactNode } from 'react'
import { useLanguage } from '../words/language.tsx'

interface Confirmed {
  /** What is asked before `onConfirm`. */
  question: string
  children: ReactNode
  disabled?: boolean
  onConfirm: () => void
}

/** A button for what cannot be undone. */
export function ConfirmButton({ question, children, disabled = false, onConfirm }: Confirmed) {
  const { words } = useLanguage()
  const dialog = useRef<HTMLDialogElement>(null)
  const ask = (): void => {
    if (!dialog.current) return
    // In some browsers, Escape leaves the answer of the last time.
    dialog.current.returnValue = ''
    dialog.current.showModal()
  }
  return (
    <>
      <button type="button" disabled={disabled} onClick={ask}>
        {children}
      </button>
      <dialog
        ref={dialog}
        aria-label={question}
        onClose={({ currentTarget }) => currentTarget.returnValue === 'yes' && onConfirm()}
      >
        <form method="dialog">
          <p>{question}</p>
          <div className="buttons">
            <button type="submit" value="no">
              {words.confirm.no}
            </button>
            <button type="submit" value="yes" className="strong">
              {children}
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}
