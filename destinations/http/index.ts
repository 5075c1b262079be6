import { z } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DeliveryTarget, DestinationDriver } from '../contract.ts';
import { parseSettings } from '../parse.ts';
import { judge } from './answer.ts';
import { createDelivery, mostRowBytes } from './delivery.ts';
import { createPost, requestIdOf } from './request.ts';
import {
  addressOf,
  type HttpConfiguration,
  type HttpSecret,
  httpConfiguration,
  httpSecret,
} from './settings.ts';

/** Batches of rows posted to an address, signed; docs/destinations.md tells receivers what comes. */
export const http: DestinationDriver<HttpConfiguration, HttpSecret> = {
  description: {
    kind: 'http',
    name: 'HTTP',
    limits: {
      rowsPerWrite: 500,
      requestsPerSecond: null,
      rowsPerRequest: 500,
      rowBytes: mostRowBytes,
      deletes: true,
    },
    configuration: z.toJSONSchema(httpConfiguration, { io: 'input' }) as JsonObject,
    secret: z.toJSONSchema(httpSecret, { io: 'input' }) as JsonObject,
    object: 'path',
  },
  parse: (configuration, secret) =>
    parseSettings({ configuration: httpConfiguration, secret: httpSecret }, configuration, secret),

  check: async ({ configuration, secret, context, signal }) => {
    try {
      const post = createPost(configuration.address, configuration, secret, context);
      const id = requestIdOf(`check/${context.now().toISOString()}`);
      const body = JSON.stringify({ syncId: null, batch: id, rows: [] });
      const answer = await post(id, body, signal);
      if (judge(answer, []) !== 'reject') return { ok: true, problems: [], notes: [] };
      const problem = `The receiver answered ${answer.status} to a batch without rows. It should answer 2xx.`;
      return { ok: false, problems: [problem], notes: [] };
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      return { ok: false, problems: [error.message], notes: [] };
    }
  },

  plan: async ({ configuration }, target) => {
    const problem = pathProblem(configuration, target);
    return { creates: [], problems: problem === undefined ? [] : [problem] };
  },
  prepare: async () => undefined,

  open: async ({ configuration, secret, context }, target) => {
    const address = addressOf(configuration.address, target.object);
    if (address === undefined) throw new TributaryError('INVALID_INPUT', pathProblem(configuration, target));
    const post = createPost(address, configuration, secret, context);
    return createDelivery(target, post, configuration.rowsPerRequest);
  },
};

const pathProblem = ({ address }: HttpConfiguration, { object }: DeliveryTarget): string | undefined =>
  addressOf(address, object) === undefined
    ? `The path "${object}" has "..", a query, a fragment or spaces. Give a plain path such as orders.`
    : undefined;
