# The image of every process of Tributary that is ours: `api` and `setup` by the command line, the worker by its own
# entry point. No Docker engine was at hand when this was written: it was not built or run on one.

FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node tools/build.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:20-slim
ENV NODE_ENV=production TRIBUTARY_DATA=/data TRIBUTARY_API_HOST=0.0.0.0
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
VOLUME /data
EXPOSE 7700
ENTRYPOINT ["node", "dist/client/cli/main.js"]
CMD ["api"]
