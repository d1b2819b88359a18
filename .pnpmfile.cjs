// pnpm's hook: what a package says of itself may be corrected before it is installed.
module.exports = { hooks: { readPackage } }

/** Of the API reference only the bundle for browsers is served, which holds all that it needs. */
function readPackage(manifest) {
  if (manifest.name === '@scalar/api-reference') manifest.dependencies = {}
  // It prints types by the interface of TypeScript 5, which TypeScript 7 does not have.
  if (manifest.name === 'openapi-typescript') {
    delete manifest.peerDependencies.typescript
    manifest.dependencies.typescript = '^5.9.3'
  }
  return manifest
}
