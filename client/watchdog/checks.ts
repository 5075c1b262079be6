import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { workflowTypes } from '../../domain/contracts.ts';
import { aliveOf } from '../../domain/overview.ts';
import { pingQuery, pingWorkflowId, poolQueueOf } from '../../domain/ping.ts';
import { type AliveCell, createProbe } from '../../stores/probe.ts';
import { cut } from '../alerts/channel.ts';
import { type Part, parts, type Seen } from './parts.ts';

/** Where the parts are; what has no address is not looked at. */
export interface Targets {
  readonly engine: { readonly address: string; readonly namespace: string } | undefined;
  /** Queue on which workers answer. */
  readonly taskQueue: string;
  /** Pools whose workers are expected, each on its own queue. */
  readonly pools: readonly string[];
  readonly store: { readonly uri: string; readonly database: string } | undefined;
  /** Without a slash at the end. */
  readonly apiUrl: string | undefined;
}

/** Looks at the parts. */
export interface Checks {
  /** All at once; never throws, and ends within the time-out. */
  look(): Promise<Seen[]>;
  /** The cells Alive of the SYNC bases. @throws {TributaryError} STORE_UNAVAILABLE */
  aliveCells(): Promise<readonly AliveCell[]>;
  close(): Promise<void>;
}

type Answer = Pick<Seen, 'text'> & Partial<Pick<Seen, 'state' | 'at'>>;

const notFound = 5;

/** Makes the looks. @param options.timeoutMs How long each part is waited for. */
export function createChecks(
  { engine, taskQueue, pools, store, apiUrl }: Targets,
  { timeoutMs, now = () => new Date() }: { readonly timeoutMs: number; readonly now?: () => Date },
): Checks {
  const probe = store && createProbe({ ...store, timeoutMs });
  let connection: Connection | undefined;
  /** Calls that have not ended, perhaps of a look that has. */
  const calls = new Set<Promise<unknown>>();

  async function connected(at: NonNullable<Targets['engine']>): Promise<Client> {
    // Without interceptors nothing is tried again: the next round does, and a look stays short.
    connection ??= await Connection.connect({
      ...{ address: at.address, connectTimeout: timeoutMs, interceptors: [] },
    });
    return new Client({ connection, namespace: at.namespace });
  }

  /** A connection that lost its engine waits longer and longer before it tries again: a new one asks at once. */
  async function dropConnection(): Promise<void> {
    const lost = connection;
    connection = undefined;
    // Closed under a call, it would throw where nobody can catch it. Each call has its deadline.
    await Promise.allSettled(calls);
    await lost?.close().catch(() => undefined);
  }

  async function engineAnswers(client: Client): Promise<Answer> {
    await client.connection.workflowService.getSystemInfo({});
    return { text: `Temporal answers at ${engine?.address}.` };
  }

  async function ping(client: Client, queue: string): Promise<void> {
    const workflowId = pingWorkflowId(queue);
    const ask = () =>
      client.connection.workflowService.queryWorkflow({
        namespace: client.options.namespace,
        execution: { workflowId },
        query: { queryType: pingQuery },
      });
    try {
      await ask();
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== notFound) throw error;
      // The first time, and when the engine has forgotten the last run.
      await client.workflow.start(workflowTypes.ping, {
        ...{ workflowId, taskQueue: queue, args: [], workflowIdConflictPolicy: 'USE_EXISTING' },
      });
      await ask();
    }
  }

  /** Each queue has workers of its own: it is said which of them are silent. */
  async function workersAnswer(client: Client): Promise<Answer> {
    const queues = [taskQueue, ...pools.map(poolQueueOf)];
    const silent = (
      await Promise.all(
        queues.map((queue) =>
          ping(client, queue).then(
            () => [],
            (error: unknown) => [{ queue, why: whyOf(error) }],
          ),
        ),
      )
    ).flat();
    const named = (all: readonly string[]) => `${all.length === 1 ? 'queue' : 'queues'} ${all.join(', ')}`;
    if (silent.length === 0) return { text: `A worker answers on the ${named(queues)}.` };
    const which = named(silent.map(({ queue }) => queue));
    return { state: 'gone', text: `No worker answers on the ${which}: ${silent[0]?.why}.` };
  }

  async function apiAnswers(url: string): Promise<Answer> {
    const response = await fetch(`${url}/api`, { signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    if (response.ok && text === 'Hello world!') return { text: `The API answers at ${url}.` };
    return { state: 'gone', text: `The API at ${url} answers ${response.status}, not "Hello world!".` };
  }

  async function overviewAnswers(): Promise<Answer> {
    const at = await probe?.overviewAt();
    if (!at) return { state: 'unchecked', text: 'The service has not said yet that it lives.' };
    const age = `${Math.max(0, Math.round((now().getTime() - at.getTime()) / 60_000))} minutes ago`;
    return aliveOf(at, now()) === 0
      ? { at, state: 'gone', text: `The service last said that it lives ${age}; it should every 30 minutes.` }
      : { at, text: `The service said that it lives ${age}.` };
  }

  /** @param failed How its silence is told. */
  async function see(part: Part, ask: () => Promise<Answer>, failed: string): Promise<Seen> {
    const began = performance.now();
    const done = (answer: Answer): Seen => ({
      state: 'well',
      ...answer,
      ...{ part, ms: Math.round(performance.now() - began) },
    });
    const late = AbortSignal.timeout(timeoutMs + 250);
    try {
      return done(
        await Promise.race([
          ask(),
          new Promise<never>((_, reject) => {
            late.onabort = () => reject(new Error(`no answer within ${timeoutMs / 1000} s`));
          }),
        ]),
      );
    } catch (error) {
      return done({ state: 'gone', text: `${failed}: ${whyOf(error)}.` });
    }
  }

  const unset = (part: Part, setting: string): Seen => ({
    ...{ part, state: 'unchecked', text: `It is not looked at: ${setting} is not set.`, ms: 0 },
  });

  /** Engine and worker share the connection: a lost one is given up only when both have ended. */
  async function lookAtEngine(): Promise<Seen[]> {
    if (engine === undefined)
      return [unset('engine', 'TEMPORAL_ADDRESS'), unset('worker', 'TEMPORAL_ADDRESS')];
    const opening = connected(engine);
    const bounded = (ask: (client: Client) => Promise<Answer>) => async () => {
      const client = await opening;
      const call = client.withDeadline(Date.now() + timeoutMs, () => ask(client));
      calls.add(call);
      return call.finally(() => calls.delete(call));
    };
    const seen = await Promise.all([
      see('engine', bounded(engineAnswers), `The engine (Temporal) at ${engine.address} does not answer`),
      see('worker', bounded(workersAnswer), `No worker answers on the queue ${taskQueue}`),
    ]);
    if (seen[0].state === 'gone') void dropConnection();
    return seen;
  }

  return {
    async look() {
      const storeAt = store?.uri.replace(/^.*@|^mongodb(\+srv)?:\/\//, '').replace(/[/?].*$/, '');
      const [ofEngine, ...others] = await Promise.all([
        lookAtEngine(),
        probe === undefined
          ? unset('store', 'MONGODB_URI')
          : see(
              'store',
              async () => {
                await probe.ping();
                return { text: `MongoDB answers at ${storeAt}.` };
              },
              `The store (MongoDB) at ${storeAt} does not answer`,
            ),
        apiUrl === undefined
          ? unset('api', 'TRIBUTARY_URL')
          : see('api', () => apiAnswers(apiUrl), `The API at ${apiUrl} does not answer`),
        probe === undefined
          ? unset('overview', 'MONGODB_URI')
          : see('overview', overviewAnswers, 'Overview cannot be read').then(
              // That the store is silent is said of the store.
              (one): Seen => (one.state === 'gone' && !one.at ? { ...one, state: 'unchecked' } : one),
            ),
      ]);
      return parts.flatMap((part) => [...ofEngine, ...others].filter((one) => one.part === part));
    },
    aliveCells: async () => (await probe?.aliveCells()) ?? [],
    async close() {
      await Promise.all([dropConnection(), probe?.close()]);
    },
  };
}

/** Why, without a full stop, on one line. */
function whyOf(error: unknown): string {
  const { message, cause } = error as Error & { readonly cause?: { readonly code?: string } };
  if (isGrpcServiceError(error)) {
    if (error.code === 4) return 'no answer in time';
    if (error.code === 14) return 'it cannot be reached';
    return line(error.details);
  }
  if ((error as Error).name === 'TimeoutError') return 'no answer in time';
  if (cause?.code === 'ECONNREFUSED') return 'nothing listens there';
  return line(cause?.code ?? message);
}

const line = (text: string): string => cut(text.replace(/\s+/g, ' ').replace(/\.$/, ''), 200);
