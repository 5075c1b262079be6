import type {
  Destination,
  DestinationBody,
  DestinationChange,
  DestinationChanged,
  DestinationCheckView,
  DestinationKinds,
} from './api/schemas/destinations.ts';
import type {
  AttentionList,
  RunBody,
  RunCanceled,
  RunStarted,
  SyncRecordPage,
  SyncRecordView,
  SyncRunList,
  SyncRunView,
  SyncTimelineView,
} from './api/schemas/sync-runs.ts';
import type {
  Preview,
  PreviewBody,
  Sync,
  SyncBody,
  SyncChange,
  SyncChanged,
  SyncPlan,
  SyncRemoved,
} from './api/schemas/syncs.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** How the typed client asks. */
export interface Ask {
  readonly get: <T>(path: string, query?: Query) => Promise<T>;
  readonly post: <T>(path: string, body?: object) => Promise<T>;
  readonly request: <T>(method: string, path: string, body?: object) => Promise<T>;
  readonly text: (path: string) => Promise<string>;
}

/** The part of the typed client for syncs and destinations. */
export function syncCallsOf({ get, post, request, text }: Ask) {
  const destination = (id: string) => `/api/destinations/${encodeURIComponent(id)}`;
  const sync = (id: string) => `/api/syncs/${encodeURIComponent(id)}`;
  const run = (id: string) => `/api/sync-runs/${encodeURIComponent(id)}`;
  return {
    destinationKinds: () => get<DestinationKinds>('/api/destination-kinds'),
    createDestination: (body: DestinationBody) => post<Destination>('/api/destinations', body),
    listDestinations: () => get<{ readonly destinations: readonly Destination[] }>('/api/destinations'),
    getDestination: (id: string) => get<Destination>(destination(id)),
    /** What is left out stays; the stored secret is not sent to another address. */
    updateDestination: (id: string, body: DestinationChange) =>
      post<DestinationChanged>(destination(id), body),
    /** Refused while syncs deliver to it. */
    removeDestination: (id: string) => request<{ readonly id: string }>('DELETE', destination(id)),
    testDestination: (id: string) => post<DestinationCheckView>(`${destination(id)}/test`),
    /** The first rows as they would be delivered; nothing is saved. */
    previewSync: (body: PreviewBody) => post<Preview>('/api/syncs/preview', body),
    createSync: (body: SyncBody) => post<SyncChanged>('/api/syncs', body),
    listSyncs: (
      filter: { readonly connection?: string; readonly company?: string; readonly destination?: string } = {},
    ) => get<{ readonly syncs: readonly Sync[] }>('/api/syncs', filter),
    getSync: (id: string) => get<Sync>(sync(id)),
    /** `effects` of the answer says what follows from the change. */
    updateSync: (id: string, body: SyncChange) => post<SyncChanged>(sync(id), body),
    /** Cancels its run first; rows at the destination stay. */
    removeSync: (id: string) => request<SyncRemoved>('DELETE', sync(id)),
    enableSync: (id: string) => post<Sync>(`${sync(id)}/enable`),
    disableSync: (id: string) => post<Sync>(`${sync(id)}/disable`),
    planSync: (id: string) => get<SyncPlan>(`${sync(id)}/plan`),
    runSync: (id: string, body: RunBody = {}) => post<RunStarted>(`${sync(id)}/run`, body),
    cancelSync: (id: string) => post<RunCanceled>(`${sync(id)}/cancel`),
    /** Newest first. */
    listSyncRuns: (id: string, page: { readonly limit?: number; readonly before?: number } = {}) =>
      get<SyncRunList>(`${sync(id)}/runs`, page),
    getSyncRun: (id: string) => get<SyncRunView>(run(id)),
    syncTimeline: (id: string) => get<SyncTimelineView>(`${run(id)}/timeline`),
    syncRecords: (
      id: string,
      page: {
        readonly status?: SyncRecordView['status'];
        readonly key?: string;
        readonly run?: number;
        readonly limit?: number;
        readonly after?: string;
      } = {},
    ) => get<SyncRecordPage>(`${sync(id)}/records`, page),
    rejectedCsv: (id: string) => text(`${sync(id)}/rejected.csv`),
    attention: () => get<AttentionList>('/api/attention'),
  };
}
