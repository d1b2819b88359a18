import { createHash } from 'node:crypto'

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
  form { width: min(22rem, calc(100vw - 3rem)); display: grid; gap: 0.75rem; }
  h1 { margin: 0; font-size: 1.25rem; }
  p { margin: 0; opacity: 0.75; }
  p[role=alert] { opacity: 1; color: light-dark(#b00020, #ff8a80); }
  input, button { font: inherit; padding: 0.5rem 0.75rem; border: 1px solid GrayText; border-radius: 0.4rem; }
  button { border-color: transparent; background: #2f5d8a; color: #fff; cursor: pointer; }
  :focus-visible { outline: 2px solid #5b9bd5; outline-offset: 2px; }
`

/** No scripts, no requests, no framing; the only style is allowed by its digest. */
export const LOGIN_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * `next` has been validated: it contains nothing to escape that `encodeURIComponent` does not
 * handle.
 */
export const loginPage = ({ refused, next }: { refused: boolean; next: string | undefined }): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Darkroom queues</title>
<style>${STYLE}</style>
</head>
<body>
<form method="post" action="login${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}">
<h1>Darkroom queues</h1>
<p id="what">An API key, or the <code>ADMIN_TOKEN</code>. <code>npm run keys -- create</code> makes a key.</p>
${refused ? '<p role="alert">This token is not valid.</p>' : ''}
<input type="password" name="token" required autofocus autocomplete="current-password" aria-label="Token" aria-describedby="what">
<button>Sign in</button>
</form>
</body>
</html>
`
