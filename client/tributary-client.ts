import { type ErrorCode, errors, TributaryError } from '../domain/errors.ts';
import { alertCalls } from './alert-calls.ts';
import { analysisCalls } from './analysis-calls.ts';
import type { App, AppBody } from './api/schemas/apps.ts';
import type { Checks } from './api/schemas/checks.ts';
import type { Problem } from './api/schemas/common.ts';
import type {
  Company,
  CompanyBody,
  CompanyChanged,
  CompanyDeleting,
  CompanyDetail,
  CompanyReceipt,
  CompanySettingsBody,
} from './api/schemas/companies.ts';
import type {
  Authorized,
  ConnectBody,
  Connected,
  Connection,
  ConnectLink,
  ConnectLinkBody,
  CredentialsBody,
  Disconnecting,
  Receipt,
} from './api/schemas/connections.ts';
import type { EventList } from './api/schemas/events.ts';
import type { KeyRotation } from './api/schemas/keys.ts';
import type { Plan, PlanBody } from './api/schemas/plans.ts';
import type {
  ConfigurationBody,
  PoolBody,
  ProcedureAnswerView,
  ProcedurePending,
  ProcedureView,
  RecoverBody,
  SettingsBody,
} from './api/schemas/procedures.ts';
import type {
  DiscardBody,
  Discarded,
  Quarantined,
  QuarantinedDetail,
  QuarantinedQuery,
  Replayed,
  ReplayedSync,
  ReplayPreviewView,
  SelectionBody,
} from './api/schemas/quarantine.ts';
import type { ReceiptList, Verification } from './api/schemas/receipts.ts';
import type { Changes, Digest, RecordDetail, RecordPage } from './api/schemas/records.ts';
import type {
  ConfigurationBody as IngestionBody,
  ResourceBody,
  ResourceList,
} from './api/schemas/resources.ts';
import type {
  CallAnswerView,
  CallBody,
  Exchanges,
  Ledgers,
  Pass,
  PassBody,
  QuarantinePage,
  Session,
  SessionList,
  TestedPage,
  Timeline,
  Why,
} from './api/schemas/sessions.ts';
import type { AllStatisticsQuery, Statistics, StatisticsQuery } from './api/schemas/statistics.ts';
import type {
  NewWebhookSecret,
  WebhookList,
  WebhookSecretBody,
  WebhookSecrets,
} from './api/schemas/webhooks.ts';
import type {
  ConnectionStatusView,
  ConnectionTest,
  ConnectorBody,
  FinalizeBody,
  InstallBody,
  InstallResult,
  KeyedValues,
  Prerequisites,
  SetConfigurationBody,
  SetConfigurationResult,
} from './api/schemas/wizard.ts';
import { controlCallsOf } from './control-calls.ts';
import { eventCallsOf } from './event-calls.ts';
import { reportCalls } from './report-calls.ts';
import type { UpdateCall } from './sessions-port.ts';
import { syncBaseCallsOf } from './sync-base-calls.ts';
import { syncCallsOf } from './sync-calls.ts';
import { tokenCallsOf } from './token-calls.ts';

export { type EventHeaders, verifyEvent } from './verify-event.ts';

/** Where the API is and who calls it. */
export interface TributaryClientOptions {
  /** Such as http://127.0.0.1:7700 */
  readonly url: string;
  /** None is sent if it is left out. */
  readonly token?: string | undefined;
  /** Shown on the timeline; `api` unless given. */
  readonly actor?: string;
  /** How long an answer is waited for. @default 60000 */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

type Query = Readonly<Record<string, string | number | undefined>>;

export type TributaryClient = ReturnType<typeof createTributaryClient>;

/**
 * A typed client of the HTTP API. Every function throws TributaryError with the code and details of the problem
 * answer, or API_UNREACHABLE when nothing answers there.
 * @example const { sentence } = await createTributaryClient({ url, token }).why('shop-acme.1');
 */
export function createTributaryClient(options: TributaryClientOptions) {
  const { token, actor, timeoutMs = 60_000, fetch: ask = fetch } = options;
  const url = options.url.replace(/\/+$/, '');

  async function answerTo(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return ask(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(actor === undefined ? {} : { 'x-actor': actor }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      const why = reasonOf(cause, timeoutMs);
      throw new TributaryError('API_UNREACHABLE', `Nothing answers at ${url} (${why}).`, {}, { cause });
    });
  }
  async function request<T>(
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<T> {
    const response = await answerTo(method, path, body, headers);
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as T;
    throw asError(response.status, answer);
  }
  async function text(path: string): Promise<string> {
    const response = await answerTo('GET', path);
    if (response.ok) return response.text();
    throw asError(response.status, await response.json().catch(() => undefined));
  }
  const get = <T>(path: string, query: Query = {}): Promise<T> =>
    request<T>('GET', `${path}${searchOf(query)}`);
  const post = <T>(path: string, body: object = {}, headers?: Record<string, string>): Promise<T> =>
    request<T>('POST', path, body, headers);
  const connection = (id: string) => `/api/connections/${encodeURIComponent(id)}`;
  const company = (id: string) => `/api/companies/${encodeURIComponent(id)}`;
  const receipt = (id: string, generation: number) => `/api/receipts/${encodeURIComponent(id)}/${generation}`;
  const session = (id: string) => `/api/sessions/${encodeURIComponent(id)}`;
  const records = (id: string, resource: string) =>
    `${connection(id)}/records/${encodeURIComponent(resource)}`;

  /** What the quarantine of a connection and of a sync have alike. */
  const quarantineIn = (owner: (id: string) => string) => ({
    list: (id: string, page: QuarantinedQuery = {}) => get<Quarantined>(`${owner(id)}/quarantine`, page),
    /** Redacted, whoever looks. */
    show: (id: string, row: string) =>
      get<QuarantinedDetail>(`${owner(id)}/quarantine/${encodeURIComponent(row)}`),
    /** Writes nothing. */
    preview: (id: string, body: SelectionBody) =>
      post<ReplayPreviewView>(`${owner(id)}/quarantine/preview`, body),
    discard: (id: string, body: DiscardBody) => post<Discarded>(`${owner(id)}/quarantine/discard`, body),
  });
  const resourceAt = (id: string, resource: string) =>
    `${connection(id)}/resources/${encodeURIComponent(resource)}`;

  return {
    /** Without a slash at the end. */
    url,
    ...analysisCalls({ get, post, text }),
    ...alertCalls({ get, post, text }),
    ...reportCalls({ get, post, text }),
    listApps: () => get<{ readonly apps: readonly App[] }>('/api/apps'),
    getApp: (id: string) => get<App>(`/api/apps/${encodeURIComponent(id)}`),
    putApp: (id: string, body: AppBody) => request<App>('PUT', `/api/apps/${encodeURIComponent(id)}`, body),
    deleteAppWebhookSecret: (id: string, secret: string) =>
      request<App>(
        'DELETE',
        `/api/apps/${encodeURIComponent(id)}/webhook-secrets/${encodeURIComponent(secret)}`,
      ),
    /** Works for 20 s at most: call it again with `after` while the answer has a `next`. */
    rotateKeys: (from: { readonly after?: string } = {}) => post<KeyRotation>('/api/keys/rotate', from),
    createCompany: (body: CompanyBody) => post<Company>('/api/companies', body),
    /** The worst first. @param filter `deleted`: those that were deleted, too. */
    listCompanies: (filter: { readonly deleted?: boolean } = {}) =>
      get<{ readonly companies: readonly Company[] }>(
        '/api/companies',
        filter.deleted === true ? { deleted: 'true' } : {},
      ),
    getCompany: (id: string) => get<CompanyDetail>(company(id)),
    /** Switches the comparison of its connections with each other. */
    updateCompanySettings: (id: string, body: CompanySettingsBody) =>
      post<CompanyChanged>(`${company(id)}/settings`, body),
    /** Disconnects all its connections; a repeated call joins, or has the same receipt. */
    deleteCompany: (id: string, { keepData }: { readonly keepData?: boolean } = {}) =>
      request<CompanyReceipt | CompanyDeleting>(
        'DELETE',
        `${company(id)}${keepData === true ? '?keepData=true' : ''}`,
      ),
    getCompanyReceipt: (id: string) => get<CompanyReceipt>(`${company(id)}/receipt`),
    verifyCompanyReceipt: (id: string) => get<Verification>(`${company(id)}/receipt/verify`),
    /** Newest first. */
    listReceipts: (page: { readonly limit?: number } = {}) => get<ReceiptList>('/api/receipts', page),
    getGenerationReceipt: (id: string, generation: number) => get<Receipt>(receipt(id, generation)),
    verifyReceipt: (id: string, generation: number) => get<Verification>(`${receipt(id, generation)}/verify`),
    connect: (body: ConnectBody) => post<Connected>('/api/connections', body),
    connectLink: (body: ConnectLinkBody) => post<ConnectLink>('/api/connect-links', body),
    listConnections: (filter: { readonly company?: string; readonly app?: string } = {}) =>
      get<{ readonly connections: readonly Connection[] }>('/api/connections', filter),
    getConnection: (id: string) => get<Connection>(connection(id)),
    authorize: (id: string) => post<Authorized>(`${connection(id)}/authorize`),
    submitCredentials: (id: string, body: CredentialsBody) =>
      post<{ readonly accepted: true }>(`${connection(id)}/credentials`, body),
    /** Every procedure answers within 20 s, or says where it can be looked at. */
    pause: (id: string, body: { readonly note?: string } = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/pause`, body),
    resume: (id: string, body: { readonly note?: string } = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/resume`, body),
    recover: (id: string, body: RecoverBody) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/recover`, body),
    updateSettings: (id: string, body: SettingsBody) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/settings`, body),
    updatePool: (id: string, body: PoolBody) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/pool`, body),
    updateConfiguration: (id: string, body: ConfigurationBody) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/configuration`, body),
    /** The wizard: each step answers like every procedure. */
    install: (body: InstallBody) => post<InstallResult>('/api/connections/install', body),
    listPrerequisites: (id: string) => get<Prerequisites>(`${connection(id)}/prerequisites`),
    updatePrerequisite: (id: string, prerequisite: string, body: { done?: boolean; note?: string } = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(
        `${connection(id)}/prerequisites/${encodeURIComponent(prerequisite)}`,
        body,
      ),
    markAllPrerequisitesDone: (id: string, body: { readonly note?: string } = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/mark-prerequisites`, body),
    completePrerequisitesStep: (id: string, body: { readonly note?: string } = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/complete-prerequisites`, body),
    configureConnector: (id: string, body: ConnectorBody = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/connector`, body),
    /** For an app with OAuth the answer says where consent is given. */
    setConfiguration: (id: string, body: SetConfigurationBody = {}) =>
      post<SetConfigurationResult | ProcedurePending>(`${connection(id)}/set-configuration`, body),
    finalize: (id: string, body: FinalizeBody = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/finalize`, body),
    /** With a grant it needs the token of a plan. */
    resetConfiguration: (id: string, body: { readonly note?: string; readonly planToken?: string } = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/reset`, body),
    connectAgain: (id: string, body: { readonly note?: string } = {}) =>
      post<ProcedureAnswerView | ProcedurePending>(`${connection(id)}/connect-again`, body),
    /** Where it stands, and what a person does next. */
    connectionStatus: (id: string) => get<ConnectionStatusView>(`${connection(id)}/status`),
    connectionState: (id: string) => get<KeyedValues>(`${connection(id)}/state`),
    connectionConfig: (id: string) => get<KeyedValues>(`${connection(id)}/config`),
    testConnection: (id: string) => post<ConnectionTest>(`${connection(id)}/test`),
    listResources: (id: string) => get<ResourceList>(`${connection(id)}/resources`),
    updateResource: (id: string, resource: string, body: ResourceBody) =>
      post<ProcedureAnswerView | ProcedurePending>(resourceAt(id, resource), body),
    /** Adds an ingestion configuration, or changes the one that has this id. */
    putConfiguration: (id: string, resource: string, configuration: string, body: IngestionBody) =>
      request<ProcedureAnswerView | ProcedurePending>(
        'PUT',
        `${resourceAt(id, resource)}/configurations/${encodeURIComponent(configuration)}`,
        body,
      ),
    removeConfiguration: (
      id: string,
      resource: string,
      configuration: string,
      query: { readonly note?: string } = {},
    ) =>
      request<ProcedureAnswerView | ProcedurePending>(
        'DELETE',
        `${resourceAt(id, resource)}/configurations/${encodeURIComponent(configuration)}${searchOf(query)}`,
      ),
    /** Newest first. */
    listProcedures: (id: string, page: { readonly limit?: number } = {}) =>
      get<{ readonly procedures: readonly ProcedureView[] }>(`${connection(id)}/procedures`, page),
    getProcedure: (id: string, number: number) =>
      get<ProcedureView>(`${connection(id)}/procedures/${number}`),
    /** What a procedure would do; where data would go, the call needs its token. */
    plan: (id: string, body: PlanBody) => post<Plan>(`${connection(id)}/plan`, body),
    /** Without the token of a plan: PLAN_REQUIRED, whose details carry one. */
    disconnect: (id: string, body: { readonly planToken?: string; readonly keepData?: boolean } = {}) =>
      post<Receipt | Disconnecting>(`${connection(id)}/disconnect`, body),
    /** Newest first. */
    listEvents: (id: string, page: { readonly limit?: number } = {}) =>
      get<EventList>(`${connection(id)}/events`, page),
    /** By hour unless asked otherwise. */
    statistics: (id: string, asked: StatisticsQuery = {}) =>
      get<Statistics>(`${connection(id)}/statistics`, asked as Query),
    /** Of all connections, or those of one company or app. */
    allStatistics: (asked: AllStatisticsQuery = {}) => get<Statistics>('/api/statistics', asked as Query),
    getReceipt: (id: string) => get<Receipt>(`${connection(id)}/receipt`),
    /** Reads one page as a session would, and stores nothing. */
    testPage: (id: string, resource: string) =>
      post<TestedPage>(`${connection(id)}/resources/${encodeURIComponent(resource)}/test`),
    startSession: (id: string, body: PassBody = {}) => post<Pass>(`${connection(id)}/sessions`, body),
    listSessions: (id: string, page: { readonly limit?: number; readonly before?: number } = {}) =>
      get<SessionList>(`${connection(id)}/sessions`, page),
    listWebhooks: (id: string, page: { readonly limit?: number; readonly before?: string } = {}) =>
      get<WebhookList>(`${connection(id)}/webhooks`, page),
    webhookSecrets: (id: string) => get<WebhookSecrets>(`${connection(id)}/webhook-secret`),
    /** Without a secret one is made, and answered this once. */
    addWebhookSecret: (id: string, body: WebhookSecretBody = {}) =>
      request<NewWebhookSecret>('PUT', `${connection(id)}/webhook-secret`, body),
    removeWebhookSecret: (id: string, secret: string) =>
      request<WebhookSecrets>('DELETE', `${connection(id)}/webhook-secret/${encodeURIComponent(secret)}`),
    getSession: (id: string) => get<Session>(session(id)),
    why: (id: string) => get<Why>(`${session(id)}/why`),
    timeline: (id: string) => get<Timeline>(`${session(id)}/timeline`),
    ledger: (id: string) => get<Ledgers>(`${session(id)}/ledger`),
    quarantine: (
      id: string,
      page: { readonly resource?: string; readonly limit?: number; readonly after?: string } = {},
    ) => get<QuarantinePage>(`${session(id)}/quarantine`, page),
    /** Rows that sessions of a connection could not take. */
    connectionQuarantine: {
      ...quarantineIn(connection),
      replay: (id: string, body: SelectionBody) =>
        post<Replayed>(`${connection(id)}/quarantine/replay`, body),
    },
    /** Rows that a sync could not deliver. */
    syncQuarantine: {
      ...quarantineIn((id) => `/api/syncs/${encodeURIComponent(id)}`),
      replay: (id: string, body: SelectionBody) =>
        post<ReplayedSync>(`/api/syncs/${encodeURIComponent(id)}/quarantine/replay`, body),
    },
    exchanges: (id: string) => get<Exchanges>(`${session(id)}/exchanges`),
    checks: (id: string) => get<Checks>(`${session(id)}/checks`),
    /** @param idempotencyKey The same call again with the same key has the first answer. */
    call: (id: string, call: UpdateCall, body: CallBody = {}, idempotencyKey?: string) =>
      post<CallAnswerView>(
        `${session(id)}/${call}`,
        body,
        idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
      ),
    /** @param page `where` filters by equality of fields, as text. */
    listRecords: (
      id: string,
      resource: string,
      {
        where = {},
        ...page
      }: { readonly limit?: number; readonly after?: string; readonly where?: Query } = {},
    ) => {
      const filter = Object.fromEntries(
        Object.entries(where).map(([field, value]) => [`where.${field}`, value]),
      );
      return get<RecordPage>(records(id, resource), { ...page, ...filter });
    },
    getRecord: (id: string, resource: string, key: string) =>
      get<RecordDetail>(`${records(id, resource)}/${encodeURIComponent(key)}`),
    digest: (id: string, resource: string) => get<Digest>(`${records(id, resource)}/digest`),
    changes: (id: string, from: { readonly cursor?: string; readonly limit?: number } = {}) =>
      get<Changes>(`${connection(id)}/changes`, from),
    ...syncCallsOf({ get, post, request, text }),
    ...controlCallsOf({ get, post, request }),
    ...syncBaseCallsOf({ get, post, request }),
    ...eventCallsOf({ get, post, request }),
    ...tokenCallsOf({ get, post, request }),
  };
}

function searchOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given))}`;
}

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errors, code);

function asError(status: number, answer: unknown): TributaryError {
  const { code, detail, ...details } = (answer ?? {}) as Partial<Problem>;
  if (isCode(code)) return new TributaryError(code, detail, details);
  return new TributaryError('UNKNOWN_ERROR', `The answer was ${status} and is not one of Tributary.`, {
    status,
  });
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { cause, name, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  return cause?.code ?? cause?.message ?? message;
}
