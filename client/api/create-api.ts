import helmet from '@fastify/helmet';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { createDeliveryPorts } from '../../activities/sync/delivery-ports.ts';
import { defaultSyncBase } from '../../platform/settings-sync-base.ts';
import { withoutAlerts } from '../alerts/ports.ts';
import { defaultAutoPause } from '../auto-pause.ts';
import { defaultQuarantineWarningDays } from '../quarantine-warnings.ts';
import { withoutReports } from '../reports-port.ts';
import { withoutSyncBaseSchedules } from '../sync-base-schedules.ts';
import { defaultReminderDays } from '../sync-reminders.ts';
import { withoutAutomations, withoutSyncSchedules, withoutSyncs } from '../without-syncs.ts';
import { createAuthenticate, requireToken } from './auth.ts';
import { keepWithinCompanies } from './company-limit.ts';
import type { Api, ApiDeps, RouteDeps } from './deps.ts';
import { serveDocs } from './docs.ts';
import { describeApi } from './openapi.ts';
import { answerBadAddress, answerProblems } from './problem.ts';
import { routes } from './routes/index.ts';

/** Percent-encoded, a key of 512 bytes is three times as long. */
const maxParamLength = 2_000;

/**
 * Makes the HTTP API. It does not listen: `await api.listen({ host, port })`, or `api.inject` in tests.
 * @example const api = createApi(deps); await api.listen({ host: '127.0.0.1', port: 7700 });
 */
export function createApi(deps: ApiDeps): Api {
  const { now = () => new Date(), waitMs = 5_000, publicUrl, log } = deps;
  const { planMs = 900_000, rawBatchDays = 30, autoPause = defaultAutoPause } = deps;
  const { syncs = withoutSyncs, syncSchedules = withoutSyncSchedules } = deps;
  const { automations = withoutAutomations, reports = withoutReports } = deps;
  const { syncReminderDays = defaultReminderDays, quarantineDays = 90, alerts = withoutAlerts } = deps;
  const { syncBase = defaultSyncBase } = deps;
  const { syncBaseSchedules = withoutSyncBaseSchedules } = deps;
  const { quarantineWarningDays = defaultQuarantineWarningDays } = deps;
  const { delivery = createDeliveryPorts({ ...deps, allow: { folders: [], executables: {} } }) } = deps;
  const address = (path: string) => `${publicUrl().replace(/\/+$/, '')}${path}`;
  const authenticate = createAuthenticate({ ...deps, now });
  const routeDeps: RouteDeps = {
    ...deps,
    authenticate,
    ...{ now, waitMs, planMs, rawBatchDays, quarantineDays, autoPause, address },
    ...{ syncs, syncSchedules, automations, delivery, syncReminderDays, quarantineWarningDays },
    alerts,
    reports,
    ...{ syncBase, syncBaseSchedules },
  };
  const api: Api = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Addresses of callbacks hold codes: no request is logged with its query.
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength },
    frameworkErrors: answerBadAddress(address),
  }).withTypeProvider<ZodTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler(serializerCompiler);
  takeEmptyBodies(api);
  answerProblems(api, routeDeps);
  requireToken(api, authenticate);
  keepWithinCompanies(api, routeDeps);
  void api.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Whether it is reached by https is the matter of what stands before it.
    strictTransportSecurity: false,
  });
  describeApi(api, routeDeps);
  // A plugin of its own, so that what describes and guards routes is there before them.
  void api.register((scope, _options, done) => {
    const typed = scope.withTypeProvider<ZodTypeProvider>();
    for (const add of routes) add(typed, routeDeps);
    serveDocs(typed);
    done();
  });
  return api;
}

/** Bodies are JSON. Calls without anything to say may say nothing. */
function takeEmptyBodies(api: Api): void {
  const parse = api.getDefaultJsonParser('error', 'error');
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, String(body), done);
  });
}
