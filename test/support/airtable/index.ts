import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Asked } from '../apps/http.ts';
import { Refusal, refusals } from './errors.ts';
import { type Actor, createJournal } from './journal.ts';
import { createRate } from './limits.ts';
import { type Base, fieldOf, type NewField, newId, newTable, type Table } from './model.ts';
import { createPerson } from './person.ts';
import { createRecords, shown, updateRecords } from './records.ts';
import { answerOf, baseIn } from './routes.ts';
import { createTokens, scopes, type Token } from './tokens.ts';
import { createWebhooks } from './webhooks.ts';

export interface AirtableOptions {
  /** Requests of a base within any second. @default 5, the real one's */
  readonly perSecond?: number;
  /** Requests of a token within any second. @default 50, the real one's */
  readonly perToken?: number;
  /** After one request too many everything is refused for so long. @default 30_000, the real one's */
  readonly lockOutMs?: number;
  /** What webhooks go by: their life, and the times in payloads. @default the machine's clock */
  readonly now?: () => number;
}

/** What was asked, and what came of it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  /** By the monotonic clock of this process, in ms. */
  readonly at: number;
  readonly status: number;
  readonly body: string;
}

/** Who does what is asked of the API: the person of the token. */
const integration: Actor = {
  source: 'publicApi',
  user: { id: 'usrService0000001', email: 'service@example.com', name: 'Service' },
};

const largestBody = 2 * 1024 * 1024;
/** "URL length limitations for web API requests". */
const longestAddress = 16_000;

/** A stand-in for Airtable's web API that keeps the real one's limits, upsert rules, types and error bodies. */
export type AirtableStandIn = Awaited<ReturnType<typeof startAirtable>>;

/** A base as a test sets it up and looks at it; none of this counts as a request. */
export type StandInBase = ReturnType<typeof handleOf>;

export async function startAirtable(options: AirtableOptions = {}) {
  const { perSecond = 5, perToken = 50, lockOutMs = 30_000, now = Date.now } = options;
  const bases = new Map<string, Base>();
  const tokens = createTokens();
  const baseMayAsk = createRate(perSecond, lockOutMs);
  const tokenMayAsk = createRate(perToken, lockOutMs);
  const seen: Seen[] = [];
  const next: (Answer | null)[] = [];
  let meanwhile: readonly { readonly when: (asked: Asked) => boolean; readonly run: () => void }[] = [];
  const quotaUsedUp = { all: false, of: new Set<string>() };
  let awake: Promise<void> | undefined;
  let severed = false;

  const answer = (asked: Asked): Answer => {
    try {
      const { text, token } = tokens.read(asked.headers.authorization);
      const base = baseIn(asked.url);
      if (!tokenMayAsk(text) || (base !== undefined && !baseMayAsk(base))) throw refusals.rateLimited();
      // The month's quota is of the data, not of the metadata.
      const isOver = quotaUsedUp.all || quotaUsedUp.of.has(base ?? '');
      if (isOver && !asked.url.pathname.startsWith('/v0/meta/')) throw refusals.quotaUsedUp();
      const now = meanwhile.filter(({ when }) => when(asked));
      meanwhile = meanwhile.filter((one) => !now.includes(one));
      for (const { run } of now) run();
      const forced = next.shift();
      if (forced !== undefined && forced !== null) return forced;
      if (asked.url.href.length > longestAddress) throw refusals.addressTooLong();
      if (asked.body.length > largestBody) throw refusals.tooLarge();
      const answered = () => answerOf(bases, token, asked);
      const known = base === undefined ? undefined : bases.get(base);
      const body = known === undefined ? answered() : known.journal.act(integration, answered);
      return { status: 200, body };
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    if (severed) return void request.socket.destroy();
    await awake;
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const { method = 'GET', headers } = request;
    const body = Buffer.concat(parts).toString();
    const at = performance.now();
    const said = answer({ method, url, headers, body });
    seen.push({ method, path: decodeURIComponent(url.pathname), at, status: said.status, body });
    response.writeHead(said.status, {
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': `req-${seen.length}`,
      ...said.headers,
    });
    response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
  };
  // Node's own limit would end a long address before we could.
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Every request, in order. */
    seen: seen as readonly Seen[],
    addBase(
      tables: readonly { readonly name: string; readonly fields: readonly NewField[] }[] = [],
      mostRecords = 50_000,
    ) {
      const id = newId('app');
      const webhooks = createWebhooks(now);
      const journal = createJournal(webhooks.note);
      const made = tables.map(({ name, fields }) => newTable(name, fields, journal));
      const base: Base = { id, name: id, tables: made, mostRecords, journal, webhooks };
      bases.set(base.id, base);
      return handleOf(base);
    },
    /** A token of all scopes for all bases that are there, unless told otherwise. */
    token: (token: Partial<Token> = {}): string =>
      tokens.make({ scopes, bases: [...bases.keys()], permission: 'create', ...token }),
    /** Changes what a token may do, as its person can at any time. */
    changeToken: tokens.change,
    revoke: tokens.revoke,
    /** Of all, or of the workspace of one base. */
    setQuotaUsedUp(used: boolean, base?: string): void {
      if (base === undefined) quotaUsedUp.all = used;
      else if (used) quotaUsedUp.of.add(base);
      else quotaUsedUp.of.delete(base);
    },
    /** Gives this to the next request that is let through, as a proxy or an ailing server would; null: the true answer. */
    answerNext: (answer: Answer | null): void => void next.push(answer),
    /** Runs this just before the next request of the kind is carried out: what a person does meanwhile. */
    before(method: string, path: RegExp, run: () => void): void {
      const when = ({ method: one, url }: Asked) => one === method && path.test(url.pathname);
      meanwhile = [...meanwhile, { when, run }];
    },
    /** Deletes a base, as a person can. */
    removeBase: (id: string): void => void bases.delete(id),
    /** Answers nothing until the function that is given is called. */
    stall(): () => void {
      let wake = (): void => undefined;
      awake = new Promise((resolve) => {
        wake = resolve;
      });
      return () => wake();
    },
    /** Cuts every connection, also new ones, until the function that is given is called. */
    sever(): () => void {
      severed = true;
      server.closeAllConnections();
      return () => {
        severed = false;
      };
    },
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function handleOf(base: Base) {
  const table = (name: string): Table => {
    const found = base.tables.find((one) => one.name === name || one.id === name);
    if (found === undefined) throw new Error(`There is no table ${name}.`);
    return found;
  };
  return {
    id: base.id,
    table,
    addTable(name: string, fields: readonly NewField[]): Table {
      const made = newTable(name, fields, base.journal);
      base.tables.push(made);
      return made;
    },
    /** Lists that were begun cannot be gone on with. */
    expireOffsets(name: string): void {
      table(name).iteration += 1;
    },
    setMostRecords(records: number): void {
      base.mostRecords = records;
    },
    removeTable(name: string): void {
      base.tables = base.tables.filter((one) => one !== table(name));
    },
    /** Fields by name, empty ones left out, as the API shows them. */
    rows: (name: string): Readonly<Record<string, unknown>>[] =>
      table(name).records.map((record) => shown(table(name), record).fields as Record<string, unknown>),
    insert: (name: string, fields: Readonly<Record<string, unknown>>) =>
      createRecords(table(name), { fields }),
    update: (name: string, id: string, fields: Readonly<Record<string, unknown>>) =>
      updateRecords(table(name), { records: [{ id, fields }] }),
    renameTable(name: string, to: string): void {
      table(name).name = to;
    },
    renameField(name: string, from: string, to: string): void {
      fieldOf(table(name), from).name = to;
    },
    /** What a person does on Airtable's page, and webhooks tell. @default Anna, who is nobody's developer */
    person: (user?: Actor['user'], source?: Actor['source']) => createPerson(base, table, user, source),
    /** Takes every webhook away. */
    dropWebhooks: (): void => base.webhooks.drop(),
  };
}
