# One image for every role: the command line says which (docs/guide/scaling.md).
FROM node:26-bookworm-slim AS build
WORKDIR /opt/stoq
COPY package.json package-lock.json ./
COPY packages packages
COPY plugins plugins
RUN npm ci --omit=dev --no-audit --no-fund \
    && find packages plugins -name node_modules -prune -o -name '*.test.ts' -exec rm {} +

FROM node:26-bookworm-slim
COPY --from=build /opt/stoq /opt/stoq
# Settings, logs, temporary files. Nothing else is written, so the root file system may be read-only.
RUN install -d -o 1000 -g 1000 -m 0700 /var/lib/stoq
ENV STOQ_HOME=/var/lib/stoq HOME=/var/lib/stoq NODE_ENV=production
USER 1000:1000
WORKDIR /var/lib/stoq
ENTRYPOINT ["node", "/opt/stoq/packages/stoq/bin/stoq.js"]
CMD ["--help"]
