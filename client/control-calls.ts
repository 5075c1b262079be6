import type {
  AutomationBody,
  AutomationChange,
  AutomationChanged,
  AutomationList,
  AutomationRemoved,
  AutomationStarted,
  AutomationTicks,
  AutomationView,
} from './api/schemas/automations.ts';
import type { LogList, OverviewView } from './api/schemas/control.ts';
import type { Ask } from './sync-calls.ts';

/** The part of the typed client for schedules, Logs and Overview. */
export function controlCallsOf({ get, post, request }: Omit<Ask, 'text'>) {
  const automation = (id: string) => `/api/automations/${encodeURIComponent(id)}`;
  return {
    createAutomation: (body: AutomationBody) => post<AutomationChanged>('/api/automations', body),
    listAutomations: () => get<AutomationList>('/api/automations'),
    getAutomation: (id: string) => get<AutomationView>(automation(id)),
    /** What is left out stays. `effects` says what each field was and is. */
    updateAutomation: (id: string, body: AutomationChange) => post<AutomationChanged>(automation(id), body),
    enableAutomation: (id: string) => post<AutomationChanged>(`${automation(id)}/enable`),
    disableAutomation: (id: string) => post<AutomationChanged>(`${automation(id)}/disable`),
    runAutomation: (id: string) => post<AutomationStarted>(`${automation(id)}/run`),
    removeAutomation: (id: string) => request<AutomationRemoved>('DELETE', automation(id)),
    /** Newest first. */
    automationRuns: (id: string, page: { readonly limit?: number } = {}) =>
      get<AutomationTicks>(`${automation(id)}/runs`, page),
    /** Newest first. */
    logs: (page: { readonly subject?: string; readonly before?: string; readonly limit?: number } = {}) =>
      get<LogList>('/api/logs', page),
    overview: () => get<OverviewView>('/api/overview'),
  };
}
