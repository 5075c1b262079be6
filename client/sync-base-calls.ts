import type {
  SyncBaseDetachedView,
  SyncBaseDiffView,
  SyncBaseResultView,
  SyncBaseSetUpBody,
  SyncBaseStatusView,
} from './api/schemas/airtable.ts';
import type { Ask } from './sync-calls.ts';

/** The part of the typed client for SYNC bases in Airtable. */
export function syncBaseCallsOf({ get, post, request }: Omit<Ask, 'text'>) {
  const base = (id: string) => `/api/airtable/${encodeURIComponent(id)}`;
  return {
    syncBases: () => get<SyncBaseStatusView>('/api/airtable'),
    /** Creates or checks it, and attaches it; may be repeated. */
    setUpSyncBase: (body: SyncBaseSetUpBody) => post<SyncBaseResultView>('/api/airtable', body),
    diffSyncBase: (id: string) => get<SyncBaseDiffView>(`${base(id)}/diff`),
    rebuildSyncBase: (id: string) => post<SyncBaseResultView>(`${base(id)}/rebuild`),
    detachSyncBase: (id: string) => request<SyncBaseDetachedView>('DELETE', base(id)),
  };
}
