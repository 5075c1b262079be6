import type { Asks } from './analysis-calls.ts';
import type { AlertList, AlertTest, AlertView } from './api/schemas/alerts.ts';

/** The part of the typed client that is about alerts. */
export const alertCalls = ({ get, post }: Asks) => ({
  /** Open ones first. */
  listAlerts: (page: { readonly limit?: number } = {}) => get<AlertList>('/api/alerts', page),
  /** @param incident Such as `grant/storefront-west`. */
  acknowledgeAlert: (incident: string) =>
    post<AlertView>(`/api/alerts/${encodeURIComponent(incident)}/acknowledge`),
  /** One message to each channel, by the path of every alert. */
  testAlerts: () => post<AlertTest>('/api/alerts/test'),
});
