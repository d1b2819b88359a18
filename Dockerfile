# The image of one app. Build from the repository's root: docker build --build-arg APP=api .
# The steps before ARG are the same for every app, so that their layers are shared.
FROM node:24-slim AS build
ENV CI=true TURBO_TELEMETRY_DISABLED=1
WORKDIR /darkroom
RUN npm install --global pnpm@12.21.0
COPY .pnpmfile.cjs pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch
COPY . .
RUN pnpm install --frozen-lockfile --offline && pnpm exec turbo run build --filter="./apps/*"
ARG APP
RUN pnpm --filter "@darkroom/${APP:?say which: --build-arg APP=api}" --offline deploy --prod /app
# The library that runs the text models comes for every platform, 290 MB in all: only this one's is kept.
RUN find /app/node_modules -type d -regex '.*/onnxruntime-node/bin/napi-v[0-9]+/[^/]+/[^/]+' \
      ! -path "*/$(node -p 'process.platform + "/" + process.arch')" -prune -exec rm -rf {} +

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 PORT=3000
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app ./
USER node
VOLUME /data
# The API listens there. A worker has no port.
EXPOSE 3000
# A worker that cannot go on ends by itself. So: do its children, who do the work, run? The API has none and is asked.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD grep -qs 'dist/chil[d]' /proc/[0-9]*/cmdline || \
    node -e 'fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))'
# As scripts/processes.ts starts it, which says why.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=1024", "--external-memory-accounted-in-global-limit", "--import", "@darkroom/runtime/tracing/preload", "dist/main.js"]
