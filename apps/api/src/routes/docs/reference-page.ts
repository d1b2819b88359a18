import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const DIST = dirname(createRequire(import.meta.url).resolve('@scalar/api-reference/style.css'))
const { version } = JSON.parse(readFileSync(join(DIST, '..', 'package.json'), 'utf8')) as { version: string }

/** The folder with the files for browsers. */
export const REFERENCE_BUNDLE = join(DIST, 'browser')

/** The path they are served under: it contains the version, so that they may be cached forever. */
export const ASSETS = `docs/assets/${version}`

const SCRIPT = `
  import { createApiReference } from './${ASSETS}/standalone.esm.js'
  createApiReference('#reference', {
    url: 'openapi.json',
    documentDownloadType: 'direct',
    showDeveloperTools: 'never',
    hideClientButton: true,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
  })
`

/**
 * Everything comes from here; the only inline script is allowed by its digest. The reference
 * creates styles at run time.
 */
export const REFERENCE_POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const REFERENCE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Darkroom API</title>
<link rel="icon" href="data:,">
<link rel="modulepreload" href="${ASSETS}/standalone.esm.js">
</head>
<body>
<noscript>This page requires JavaScript; the OpenAPI document is at <a href="openapi.json">openapi.json</a>.</noscript>
<div id="reference"></div>
<script type="module">${SCRIPT}</script>
</body>
</html>
`
