# The image of a worker, and of every other `tonegate` command. It has the compiled program, its
# production packages and the recordings, all owned by root; configuration and secrets are mounted.
# Runs as uid 1000 on a read-only file system; only an SQLite store needs a volume, at /data.

FROM node:26.10.0-bookworm AS build
WORKDIR /tonegate
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json tsconfig.types.json ./
COPY scripts scripts
COPY src src
RUN npm run build
RUN node scripts/sbom.mjs --out sbom.cdx.json
RUN npm prune --omit=dev --ignore-scripts && mkdir data

FROM node:26.10.0-bookworm-slim
# The slim image has no certificates, and LiveKit's library reads the system's.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
WORKDIR /tonegate
COPY --from=build /tonegate/package.json ./
COPY --from=build /tonegate/node_modules node_modules
COPY --from=build /tonegate/dist dist
COPY --from=build /tonegate/sbom.cdx.json ./
COPY bin bin
COPY audio audio
COPY LICENSE THIRD_PARTY_LICENSES.md tonegate.yaml ./
COPY --from=build --chown=1000:1000 /tonegate/data /data
ENV NODE_ENV=production \
    TONEGATE_CONFIG=/etc/tonegate/tonegate.yaml
USER 1000:1000
WORKDIR /data
STOPSIGNAL SIGTERM
# Where http.port is not 7081, give the container a health check of its own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7081/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/tonegate/bin/tonegate.mjs"]
CMD ["worker"]
